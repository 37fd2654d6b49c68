#include "node/links/link.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace starling {

const Incoming* Link::front(std::uint32_t stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() || found->second.queue.empty() ? nullptr
                                                                : &found->second.queue.front();
}

void Link::take(std::uint32_t stream) {
  Stream& s = streams_[stream];
  s.queue.pop_front();
  ++s.taken;
  ++s.untold;
}

void Link::begin_view(std::uint64_t view) {
  if (std::exchange(view_, view) == view) return;
  streams_.clear();
  done_here_ = done_told_ = done_there_ = 0;
  active_ = true;
}

void Link::activate(std::uint32_t stream) {
  if (std::exchange(active_, true)) return;
  done_here_ = first_ = stream;
  std::erase_if(streams_, [&](const auto& entry) { return entry.first < stream; });
}

void Link::finished(std::uint32_t done) {
  if (!active_) return;
  done_here_ = done;
  std::erase_if(streams_, [&](const auto& entry) {
    return entry.first < done_here_ && !entry.second.source;
  });
}

bool Link::acknowledged(std::uint32_t stream, std::uint32_t positions) const {
  if (stream < done_there_) return true;
  const auto found = streams_.find(stream);
  return found == streams_.end() || found->second.acked >= positions;
}

void Link::forget_source(std::uint32_t stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  found->second.source = nullptr;
  if (stream < done_here_) streams_.erase(found);
}

bool Link::send(Transport& transport, ConnectionId connection, std::uint32_t session) {
  const std::uint32_t window = std::min(limits_.window, peer_window_);
  // Where the graph changes, or its links are directed, we may be further ahead of this neighbor
  // than it keeps streams open.
  const std::uint32_t open = std::max(done_there_, first_) + limits_.streams;
  for (auto& [number, stream] : streams_) {
    if (number >= open) break;
    if (!stream.source || number < done_there_) continue;
    while (stream.sent < stream.source->ready(stream.slot) &&
           stream.sent - std::min(stream.acked, stream.sent) < window) {
      if (!send_one(stream, number, transport, connection, session)) return false;
      ++stream.sent;
      stream.untold = 0;
    }
  }
  return true;
}

bool Link::send_one(Stream& stream, std::uint32_t number, Transport& transport,
                    ConnectionId connection, std::uint32_t session) {
  const Outgoing out = stream.source->outgoing(stream.slot, stream.sent);
  FrameHeader h = header(FrameType::DATA, session, number);
  h.k = out.k;
  h.chunk = out.chunk;
  h.position = stream.sent;
  h.ride_bytes = static_cast<std::uint16_t>(out.ride.size());
  h.payload_bytes = static_cast<std::uint32_t>(out.values.size());
  h.flags = limits_.header_checksum ? kFlagHeaderChecksum : 0;
  const std::size_t copied = out.shared ? 0 : out.values.size();
  scratch_.resize(kHeaderBytes + out.ride.size() + copied);
  encode(h, std::span<std::byte, kHeaderBytes>(scratch_.data(), kHeaderBytes));
  std::copy(out.ride.begin(), out.ride.end(), scratch_.begin() + kHeaderBytes);
  if (copied)
    std::memcpy(scratch_.data() + kHeaderBytes + out.ride.size(), out.values.data(), copied);
  seal(std::span(scratch_).first(kHeaderBytes + out.ride.size()), out.values_hash);
  if (!transport.send(connection, scratch_, out.shared ? &*out.shared : nullptr)) return false;
  ++session_sent_;
  data_bytes_ += kHeaderBytes + out.ride.size() + out.values.size();
  return true;
}

FrameHeader Link::header(FrameType type, std::uint32_t session, std::uint32_t stream) {
  FrameHeader h;
  h.type = type;
  h.view = view_;
  h.session = session;
  h.sender = self_;
  h.stream = stream;
  h.done = done_told_ = done_here_;
  h.position = session_sent_;
  const auto found = streams_.find(stream);
  if (found != streams_.end()) {
    h.taken = found->second.taken;
    found->second.untold = 0;
  }
  return h;
}

const char* Link::receive(const DecodedFrame& frame, ReceivedBytes head, ReceivedBytes payload) {
  const FrameHeader& h = frame.header;
  // Before its place is judged: one that only seems to be said before is missing.
  if (verify(frame, head.bytes()) != FrameError::none) return "a bad checksum";
  if (h.stream < done_here_) return nullptr;
  // Before its turn a link does not know which stream will be its first.
  const bool beyond = active_ ? h.stream - done_here_ >= limits_.streams
                              : streams_.size() >= limits_.streams && !streams_.contains(h.stream);
  if (beyond) return "a stream beyond those that may be open";
  Stream& s = streams_[h.stream];
  if (h.position < s.received) return nullptr;
  if (h.position > s.received) return "a gap in the positions of a stream";
  if (s.queue.size() >= limits_.window) return "more chunks than its credit";
  acknowledge(h);
  ++s.received;
  s.queue.push_back({std::move(head), std::move(payload), h.k, h.chunk, frame.ride, frame.payload});
  return nullptr;
}

void Link::acknowledge(const FrameHeader& header) {
  done_there_ = std::max(done_there_, header.done);
  const auto found = streams_.find(header.stream);
  if (found != streams_.end())
    found->second.acked = std::max(found->second.acked, std::min(header.taken, found->second.sent));
}

std::vector<Greeting::Expected> Link::expected() const {
  std::vector<Greeting::Expected> positions;
  for (const auto& [number, stream] : streams_)
    if (number >= done_here_) positions.push_back({number, stream.received});
  return positions;
}

void Link::resume(const Greeting& peer) {
  done_there_ = std::max(done_there_, peer.done);
  for (auto& [number, stream] : streams_) {
    std::uint32_t next = 0;
    for (const auto& e : peer.expected)
      if (e.stream == number) next = e.position;
    if (number >= done_there_) stream.sent = std::max(next, stream.acked);
    stream.untold = stream.taken;  // the frame that told it may be lost
  }
}

bool Link::all_sent() const {
  return std::all_of(streams_.begin(), streams_.end(), [&](const auto& entry) {
    const auto& [number, stream] = entry;
    return !stream.source || number < done_there_ ||
           stream.sent >= stream.source->ready(stream.slot);
  });
}

std::optional<std::uint32_t> Link::untold() const {
  const std::uint32_t worth = std::max(std::min(limits_.window, peer_window_) / 2, 1u);
  for (const auto& [number, stream] : streams_)
    if (number >= done_here_ && stream.untold >= worth) return number;
  if (done_here_ >= done_told_ + limits_.streams / 2) return first_open();
  return std::nullopt;
}

}  // namespace starling
