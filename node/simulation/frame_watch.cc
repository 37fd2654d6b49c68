#include "node/simulation/frame_watch.h"

#include <algorithm>

#include "node/links/messages.h"

namespace starling {

namespace {

// Payloads need not be here: nothing but headers and control bodies is read.
std::optional<FrameHeader> header_of(std::span<const std::byte> head) {
  const DecodedFrame frame = decode(head, {});
  if (frame.error != FrameError::none && frame.error != FrameError::bad_length) return std::nullopt;
  return frame.header;
}

}  // namespace

FrameWatch::Counts& FrameWatch::Counts::operator+=(const Counts& other) {
  for (const auto count :
       {&Counts::data, &Counts::resent, &Counts::early, &Counts::late, &Counts::resumed,
        &Counts::anew, &Counts::guests, &Counts::done_again, &Counts::parts, &Counts::over_credit})
    this->*count += other.*count;
  return *this;
}

void FrameWatch::sent(NodeId from, NodeId to, std::span<const std::byte> head) {
  const auto header = header_of(head);
  if (!header) return;
  if (header->type == FrameType::DONE && ++done_[{from, to}] > 1) ++counts_.done_again;
  if (header->type == FrameType::PART) ++counts_.parts;
  if (header->type != FrameType::DATA) return;
  ++counts_.data;
  Stream& stream = streams_[{from, to}][{header->view, header->stream}];
  if (header->position < stream.sent) ++counts_.resent;
  if (header->position >= stream.taken + window_) ++counts_.over_credit;
  stream.sent = std::max(stream.sent, header->position + 1);
}

void FrameWatch::arrived(NodeId from, NodeId to, std::span<const std::byte> head) {
  const auto header = header_of(head);
  if (!header) return;
  const FrameHeader& h = *header;
  if (h.type == FrameType::WELCOME) {
    const auto greeting = decode_greeting(head.subspan(kHeaderBytes));
    if (!greeting) return;
    std::uint32_t& counter = counters_[std::minmax(from, to)];
    ++(greeting->counter % 2 == 1     ? counts_.guests
       : greeting->counter == counter ? counts_.resumed
                                      : counts_.anew);
    counter = greeting->counter;
  }
  if (h.type == FrameType::DATA && h.view != running_[to])
    ++(h.view == running_[from] ? counts_.early : counts_.late);
  if (h.type != FrameType::DATA && h.type != FrameType::BEAT && h.type != FrameType::DONE) return;
  auto& back = streams_[{to, from}];
  const auto found = back.find({h.view, h.stream});
  if (found != back.end()) found->second.taken = std::max(found->second.taken, h.taken);
  // What the receiver has finished is not sent to it again.
  back.erase(back.lower_bound({h.view, 0}), back.lower_bound({h.view, h.done}));
}

}  // namespace starling
