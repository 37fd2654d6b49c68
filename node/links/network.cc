#include "node/links/network.h"

#include <xxhash.h>

#include <algorithm>

#include "node/links/network_rules.h"
#include "topology/random.h"

namespace starling {

using std::chrono::milliseconds;

namespace {
constexpr Instant kBeat = milliseconds(200);
constexpr Instant kBackoffLeast = milliseconds(50), kBackoffMost = std::chrono::seconds(5);
constexpr Instant kHandshake = std::chrono::seconds(3);
constexpr Instant kDidNotRun = milliseconds(600);  // a pump later than this: the node itself slept
}  // namespace

Network::Network(NetworkOptions options, Facts& facts, Transport& transport)
    : options_(std::move(options)), facts_(facts), transport_(transport) {
  for (NodeId peer : facts.graph().neighbors(options_.self)) {
    auto edge = std::make_unique<Edge>(Link(options_.self, peer, options_.limits));
    edge->we_dial = options_.self < peer;
    edges_.push_back(std::move(edge));
  }
}

void Network::start() {
  started_ = true;
  last_pump_ = started_at_ = transport_.now();
  for (auto& edge : edges_) edge->silence.restart(last_pump_);
}

std::vector<Link*> Network::links() {
  std::vector<Link*> links;
  for (auto& edge : edges_) links.push_back(&edge->link);
  return links;
}

Network::Edge* Network::edge_of(ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? nullptr : found->second;
}

Network::Edge* Network::edge_to(NodeId peer) {
  for (auto& edge : edges_)
    if (edge->link.peer() == peer) return edge.get();
  return nullptr;
}

const BeatBody& Network::heard(NodeId peer) const {
  return const_cast<Network*>(this)->edge_to(peer)->beat;
}

bool Network::in_session(NodeId peer) const {
  const Edge* edge = const_cast<Network*>(this)->edge_to(peer);
  return edge && edge->session != 0 && !edge->joining;
}

std::string Network::why_down(NodeId peer) const {
  const Edge* edge = const_cast<Network*>(this)->edge_to(peer);
  return edge ? edge->last_reason : "";
}

std::uint64_t Network::data_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& edge : edges_) bytes += edge->link.data_bytes();
  return bytes;
}

void Network::dial(Edge& edge) {
  edge.dialling = transport_.dial(options_.endpoints[edge.link.peer()]);
  by_connection_[edge.dialling] = &edge;
  // Within its grace a neighbor is tried again and again; a lost one less and less often.
  const Instant most = fact_of(edge).up() ? options_.grace / 8 : kBackoffMost;
  edge.backoff = std::clamp(2 * edge.backoff, kBackoffLeast, std::max(kBackoffLeast, most));
  RandomStream jitter(options_.seed, Purpose::jitter, options_.self,
                      static_cast<std::uint32_t>(++nonces_));
  edge.dialled_at = transport_.now();
  edge.redial_at = edge.dialled_at + std::chrono::duration_cast<Instant>(
                                         edge.backoff * (0.75 + 0.5 * jitter.uniform()));
}

void Network::stop_dialling(Edge& edge) {
  if (!edge.dialling) return;
  by_connection_.erase(edge.dialling);
  transport_.close(std::exchange(edge.dialling, 0));
}

void Network::opened(ConnectionId connection) {
  Edge* edge = edge_of(connection);
  if (!edge || edge->dialling != connection) return;
  edge->nonce = XXH3_64bits_withSeed(options_.instance.data(), options_.instance.size(), ++nonces_);
  send_unsessioned(connection, FrameType::HELLO, encode(greeting(*edge)));
}

void Network::closed(ConnectionId connection, const std::string& reason) {
  Edge* edge = edge_of(connection);
  if (!edge) return;
  by_connection_.erase(connection);
  edge->last_reason = reason;
  if (edge->dialling == connection) {
    edge->dialling = 0;
    // We dialled again in case it still waits to hear that we have its DONE: it has left.
    edge->over |= edge->done_received;
  }
  if (edge->connection == connection) {
    edge->connection = 0;
    edge->session = 0;
    edge->redial_at = transport_.now();  // at once; then with growing patience
    edge->backoff = Instant(0);
  }
}

void Network::drop_session(Edge& edge, const std::string& why) {
  if (!edge.connection) return;
  by_connection_.erase(edge.connection);
  transport_.close(std::exchange(edge.connection, 0));
  edge.session = 0;
  edge.last_reason = why;
  edge.redial_at = transport_.now();
  edge.backoff = Instant(0);
}

void Network::end_session(NodeId peer, const std::string& why) {
  drop("a session ended: " + why);
  if (Edge* edge = edge_to(peer)) drop_session(*edge, why);
}

void Network::pump(Instant timeout) {
  const Instant woke = transport_.now();
  if (auto news = address_news_.take()) {
    options_.endpoints = std::move(news->endpoints);
    options_.shared = std::move(news->shared);
    if (news->keys) transport_.use_keys(*news->keys);
  }
  flush();
  const Instant wait = std::max(std::min(next_beat_, woke + timeout) - woke, Instant(0));
  transport_.poll(wait, *this);
  // Stopped or starved, most likely amid the poll: what the others said meanwhile is only now being
  // read.
  const Instant slept = transport_.now() - last_pump_ - wait;
  last_pump_ = transport_.now();
  if (slept > kDidNotRun)
    for (auto& edge : edges_) edge->silence.forgive(slept, last_pump_);
  if (!started_) return;
  judge_silence();
  close_retired();
  const Instant now = last_pump_;
  for (auto& edge : edges_)
    if (may_dial(*edge) && !edge->connection && !edge->over && now >= edge->redial_at &&
        !edge->done_acked) {
      // A call that hangs is given up while the edge may still be saved by another.
      const Instant patience =
          fact_of(*edge).up() ? std::min(kHandshake, options_.grace / 2) : kHandshake;
      if (edge->dialling && now < edge->dialled_at + patience) continue;
      stop_dialling(*edge);
      dial(*edge);
    }
  if (now >= next_beat_) {
    next_beat_ = now + kBeat;
    const std::string body = encode(beat_);
    for (auto& edge : edges_)
      if (edge->session)
        send_control(*edge,
                     edge->link.header(FrameType::BEAT, edge->session, edge->link.first_open()),
                     body);
  }
  flush();
}

void Network::judge_silence() {
  for (auto& edge : edges_) {
    const bool up = fact_of(*edge).up();
    if ((!up && !edge->session) || edge->done_received || edge->retired)
      continue;  // after DONE nothing more is owed
    const Instant silent = edge->silence.silent_for(last_pump_);
    if (silent < options_.grace / 2) continue;
    // The connection alone may be at fault: another is tried while there is time.
    if (edge->session && silent >= edge->silence.limit(options_.grace / 2, options_.grace_max)) {
      end_session(edge->link.peer(), "silent");
      edge->fell_silent = true;
    }
    if (silent < edge->silence.limit(options_.grace, options_.grace_max)) continue;
    mark_down(*edge, edge->fell_silent ? Cause::silent : Cause::closed);
  }
}

void Network::flush() {
  for (auto& edge : edges_) {
    if (!edge->session) continue;
    // Facts go before what was computed knowing them.
    if (std::exchange(edge->state_due, false)) send_state(*edge);
    if (!edge->session) continue;
    if (!edge->link.send(transport_, edge->connection, edge->session)) {
      drop_session(*edge, "connection closed");
      continue;
    }
    while (const auto stream = edge->link.untold())
      send_control(*edge, edge->link.header(FrameType::BEAT, edge->session, *stream), {});
    send_done(*edge);
  }
}

// A session loses nothing and keeps the order: what was sent in it is known at the other end.
void Network::send_state(Edge& edge) {
  for (const StateBody& body : state_since(facts_, std::exchange(edge.told, facts_.learned()))) {
    if (!edge.session) return;
    send_control(edge, edge.link.header(FrameType::STATE, edge.session, 0), encode(body));
  }
}

void Network::finish(const DoneBody& done, bool abandon) {
  done_ = done;
  abandon_ = abandon;
}

void Network::send_done(Edge& edge) {
  if (!done_ || edge.done_sent || edge.retired || !(abandon_ || edge.link.all_sent())) return;
  edge.done_sent = true;
  send_control(edge, edge.link.header(FrameType::DONE, edge.session, 0), encode(*done_));
}

void Network::on_done(Edge& edge, const DecodedFrame& frame) {
  const auto body = decode_done(frame.payload);
  if (!body) return end_session(edge.link.peer(), "a DONE that cannot be read");
  const bool lost = begun_ && body->code != 0 && body->code != 3 && body->status != kFailedTogether;
  edge.done_received = !lost;
  // The last word on what it has taken.
  if (frame.header.view == expected_view_) edge.link.acknowledge(frame.header);
  FrameHeader answer = edge.link.header(FrameType::BEAT, edge.session, edge.link.first_open());
  answer.flags = kFlagDoneAcknowledged;
  send_control(edge, answer, {});
  if (body->status == kLeft) {  // the others go on
    edge.left = true;
    edge.done_received = false;  // it may come back
    return mark_down(edge, Cause::left);
  }
  // It ended by itself: to a run under way a node that is lost, and says why.
  // Who lost the cluster over this very edge has been heard of otherwise, or not at all.
  const bool over_us = fact_of(edge).counter != edge.began;
  if (lost && body->code == 4)
    return over_us ? mark_down(edge, Cause::silent) : mark_down(edge, Cause::lost, body->reason);
  if (lost) return mark_down(edge, Cause::failed, body->reason);
  if (!news_.done || body->code > news_.done->code) {
    news_.done = *body;
    news_.done_from = edge.link.peer();
  }
}

bool Network::finished() const {
  for (const auto& edge : edges_) {
    if (edge->done_acked || edge->retired) continue;
    if (fact_of(*edge).cause == Cause::left) continue;  // it knows that we leave
    if (!edge->session) {
      // The end that dials does so until it is acknowledged or refused: the other may still wait
      // for its word, or has left.
      if (edge->done_received && (!edge->we_dial || edge->over)) continue;
      if (!fact_of(*edge).up() && !edge->dialling) continue;
    }
    if (edge->silence.silent_for(last_pump_) >
        edge->silence.limit(options_.grace, options_.grace_max))
      continue;
    return false;
  }
  return true;
}

void Network::send_control(Edge& edge, const FrameHeader& header, std::string_view body) {
  if (!send_frame(edge.connection, header, body)) drop_session(edge, "connection closed");
}

void Network::send_unsessioned(ConnectionId connection, FrameType type, std::string_view body) {
  FrameHeader header;
  header.type = type;
  header.sender = options_.self;
  header.view = view_;
  send_frame(connection, header, body);  // a vanished stranger needs no answer
}

bool Network::send_frame(ConnectionId connection, FrameHeader header, std::string_view body) {
  const std::vector<std::byte> frame = control_frame(header, body);
  control_bytes_ += frame.size();
  return transport_.send(connection, frame, nullptr);
}

}  // namespace starling
