// What views ask of the edges: streams that begin anew, nodes that join, parts that find each
// other.

#include "node/links/network.h"

namespace starling {

void Network::expect_view(std::uint64_t view) {
  expected_view_ = view;
  for (auto& edge : edges_) {
    edge->link.begin_view(view);
    if (!facts_.required().adjacent(options_.self, edge->link.peer())) edge->link.stand_by();
  }
}

void Network::begin_view(std::uint64_t view) {
  if (view != expected_view_) expect_view(view);
  view_ = view;
  // All members have agreed on the graph in force: nobody needs an edge of one before it.
  for (auto& edge : edges_)
    if (edge->retired && !edge->over) let_go(*edge, "not an edge any more");
  for (auto& edge : edges_) edge->began = facts_.edge(edge->fact).counter;
  has_model();
}

void Network::has_model() {
  if (std::exchange(begun_, true)) return;
  for (auto& edge : edges_)
    if (edge->session && edge->joining) drop_session(*edge, "to come back with a model");
}

std::optional<NodeId> Network::donor() const {
  if (begun_) return std::nullopt;
  for (const auto& edge : edges_)
    if (edge->session && edge->joining) return edge->link.peer();
  return std::nullopt;
}

bool Network::joins_at(NodeId peer) const {
  const Edge* edge = const_cast<Network*>(this)->edge_to(peer);
  return edge && edge->session && edge->joining;
}

void Network::ask(NodeId peer, std::uint64_t offset) {
  Edge* edge = edge_to(peer);
  if (edge && edge->session)
    send_control(*edge, edge->link.header(FrameType::ASK, edge->session, 0),
                 encode(AskBody{offset}));
}

void Network::answer(NodeId peer, const PartBody& part) {
  Edge* edge = edge_to(peer);
  if (edge && edge->session)
    send_control(*edge, edge->link.header(FrameType::PART, edge->session, 0), encode(part));
}

void Network::heal(std::optional<NodeId> peer) {
  heal_to_ = peer;
  if (!peer) return;
  Edge& edge = healing_edge(*peer);
  if (edge.heals && !edge.session) edge.we_dial = true;
}

// The edge to this node, one of the graph's, or one to heal it: new, or of a graph to come or past.
Network::Edge& Network::healing_edge(NodeId peer) {
  Edge* edge = edge_to(peer);
  if (edge && facts_.required().adjacent(options_.self, peer)) return *edge;
  if (facts_.add_heal_edge({std::min(options_.self, peer), std::max(options_.self, peer)}))
    facts_changed();
  if (!edge) edge = &add_edge(peer);
  if (edge->retired) revive(*edge);
  edge->heals = true;
  edge->we_dial = false;
  edge->redial_at = transport_.now();
  return *edge;
}

void Network::keep_apart(std::set<NodeId> nodes) {
  apart_ = std::move(nodes);
  for (auto& edge : edges_) {
    if (!apart_.contains(edge->link.peer())) continue;
    stop_dialling(*edge);
    drop_session(*edge, "kept apart");
  }
}

bool Network::may_dial(const Edge& edge) const {
  if (apart_.contains(edge.link.peer())) return false;
  if (edge.heals && !facts_.edge(edge.fact).up() && heal_to_ != edge.link.peer()) return false;
  return edge.we_dial || knocks(edge);
}

// Two parts may dial each other over the same edge: the lower node's call counts.
Network::Edge* Network::called_to_heal(const Greeting& hello) {
  if (hello.id >= facts_.graph().nodes() || hello.id == options_.self) return nullptr;
  Edge& edge = healing_edge(hello.id);
  if (edge.heals && hello.id < options_.self) edge.we_dial = false;
  return &edge;
}

}  // namespace starling
