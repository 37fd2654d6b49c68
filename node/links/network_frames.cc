// What arrives on a connection: its order of checks, and what each frame means.

#include "node/links/network.h"
#include "node/links/network_rules.h"

namespace starling {

void Network::received(ConnectionId connection, ReceivedBytes head, ReceivedBytes payload) {
  const DecodedFrame frame = decode(head.bytes(), payload.bytes());
  Edge* edge = edge_of(connection);
  const bool in_session = edge && edge->connection == connection;
  // Inside a session, whatever this frame was is missing; outside, it may have been a greeting,
  // which is said again on another connection.
  const auto refuse = [&](const std::string& why) {
    if (in_session) return end_session(edge->link.peer(), why);
    drop(why);
    edge ? stop_dialling(*edge) : transport_.close(connection);
  };
  if (!frame) return refuse("a frame refused: " + std::string(describe(frame.error)));
  const FrameType type = frame.header.type;
  if (type != FrameType::HELLO && type != FrameType::WELCOME && type != FrameType::REFUSE &&
      type != FrameType::PROBE) {
    if (!in_session || frame.header.session != edge->session ||
        frame.header.sender != edge->link.peer())
      return refuse("a frame outside a session");
    return on_session_frame(*edge, frame, std::move(head), std::move(payload));
  }
  if (verify(frame, head.bytes()) != FrameError::none)
    return refuse("a frame refused: bad checksum");
  if (type == FrameType::HELLO) return on_hello(connection, frame);
  if (type == FrameType::PROBE) return on_probe(connection, frame);
  if (edge && edge->dialling == connection && type == FrameType::WELCOME)
    return on_welcome(*edge, frame);
  if (edge && edge->dialling == connection && type == FrameType::REFUSE) {
    const auto refusal = decode_refusal(frame.payload);
    if (!refusal) return drop("a REFUSE that cannot be read");
    news_.refusal = *refusal;
    edge->over = true;  // it ends us: nothing more is to be said here
    return stop_dialling(*edge);
  }
  refuse("a frame of a type not expected");
}

void Network::on_session_frame(Edge& edge, const DecodedFrame& frame, ReceivedBytes head,
                               ReceivedBytes payload) {
  edge.silence.heard(transport_.now());
  const FrameHeader& h = frame.header;
  if (h.type == FrameType::DATA) {
    edge.link.count_arrival();
    // A neighbor may have begun the view we are about to begin: its frames wait, within their
    // credit.
    if (h.view != expected_view_) {
      if (verify(frame, head.bytes()) != FrameError::none)
        return end_session(edge.link.peer(), "a bad checksum");
      return drop("a DATA frame of another view");
    }
    if (const char* defect = edge.link.receive(frame, std::move(head), std::move(payload)))
      end_session(edge.link.peer(), defect);
    return;
  }
  if (verify(frame, head.bytes()) != FrameError::none)
    return end_session(edge.link.peer(), "a bad checksum");
  if (!edge.link.complete(h)) return end_session(edge.link.peer(), "a DATA frame is missing");
  if (h.type == FrameType::STATE) {
    if (const auto body = decode_state(frame.payload)) return on_state(edge, *body);
    return end_session(edge.link.peer(), "a STATE that cannot be read");
  }
  if (h.type == FrameType::DONE) return on_done(edge, frame);
  if (h.type == FrameType::ASK || h.type == FrameType::PART) return on_transfer(edge, frame);
  if (h.view == expected_view_) edge.link.acknowledge(h);
  if (h.flags & kFlagDoneAcknowledged) edge.done_acked = true;
  if (frame.payload.empty()) return;
  if (const auto beat = decode_beat(frame.payload)) edge.beat = *beat;
}

void Network::on_state(Edge& from, const StateBody& body) {
  bool changed = false;
  const bool even = from.told == facts_.learned();  // then it knows what we are about to learn
  const NodeId nodes = facts_.graph().nodes();
  for (const auto& e : body.edges) {
    if (e.edge.u >= e.edge.v || e.edge.v >= nodes) {
      drop("a fact of an unknown edge");
      continue;
    }
    if (e.heals) changed |= hear_of_healing(e.edge);
    if (!facts_.graph().adjacent(e.edge.u, e.edge.v)) {  // of a switch we have not heard of yet
      facts_.keep_for_later(e.edge, e.fact);
      continue;
    }
    changed |= facts_.merge_edge(facts_.edge_index(e.edge.u, e.edge.v), e.fact);
  }
  for (const auto& n : body.nodes) {
    if (n.id >= nodes) {
      drop("a fact of an unknown node");
      continue;
    }
    changed |= facts_.merge_samples(n.id, n.samples);
    if (n.prepared) changed |= facts_.merge_prepared(n.id, *n.prepared);
    if (n.next) changed |= facts_.merge_next(n.id, *n.next);
  }
  if (body.proposal && body.proposal->origin < nodes)
    changed |= facts_.merge_proposal(*body.proposal);
  if (body.in_force && body.in_force->origin < nodes)
    changed |= facts_.merge_in_force(*body.in_force);
  changed |= facts_.merge_late(body.late);
  if (even) from.told = facts_.learned();
  if (!changed) return;
  news_.facts_changed = true;
  facts_changed();
  // An end that reads an odd counter where it holds a session ends that session.
  for (auto& edge : edges_)
    if (edge->session && !edge->joining && !edge->left && !fact_of(*edge).up())
      drop_session(*edge, "the other end cut the edge");
}

void Network::facts_changed() {
  for (auto& edge : edges_) edge->state_due = true;
}

void Network::on_transfer(Edge& edge, const DecodedFrame& frame) {
  const NodeId from = edge.link.peer();
  if (frame.header.type == FrameType::ASK) {
    const auto ask = decode_ask(frame.payload);
    if (!ask) return end_session(from, "an ASK that cannot be read");
    std::erase_if(news_.asks, [&](const NetworkNews::Ask& other) { return other.from == from; });
    news_.asks.push_back({from, ask->offset});
    return;
  }
  const auto part = decode_part(frame.payload);
  if (!part) return end_session(from, "a PART that cannot be read");
  news_.part = {
      from, part->step, part->offset, part->total, {part->bytes.begin(), part->bytes.end()}};
}

void Network::mark_down(Edge& edge, Cause cause, const std::string& why) {
  EdgeFact fact = fact_of(edge);
  if (!fact.up()) return;
  fact.counter += 1;
  fact.cause = cause;
  fact.why = why.substr(0, kMostWords);
  fact.step = beat_.step;
  facts_.merge_edge(facts_.edge_index(options_.self, edge.link.peer()), fact);
  news_.facts_changed = true;
  facts_changed();
}

}  // namespace starling
