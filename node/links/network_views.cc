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
  for (auto& edge : edges_) {
    if (!edge->retired || edge->over) continue;
    if (facts_.heals(options_.self, edge->link.peer()))
      edge->retired = false;
    else
      let_go(*edge, "not an edge any more");
  }
  for (auto& edge : edges_) edge->began = fact_of(*edge).counter;
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
  if (peer) healing_edge(*peer).redial_at = transport_.now();
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
  return *edge;
}

// One that a former life of ours has made is ours again, to be missed where its other end is dead.
bool Network::hear_of_healing(const starling::Edge& edge) {
  const bool mine = edge.u == options_.self || edge.v == options_.self;
  if (!mine || facts_.required().adjacent(edge.u, edge.v)) return facts_.add_heal_edge(edge);
  healing_edge(edge.u == options_.self ? edge.v : edge.u);
  return true;
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
  const NodeId peer = edge.link.peer();
  if (apart_.contains(peer)) return false;
  if (heal_to_ == peer) return true;
  if (edge.heals && !fact_of(edge).up()) return false;
  return edge.we_dial || knocks(edge);
}

Network::Edge* Network::called_to_heal(const Greeting& hello) {
  if (hello.id >= facts_.graph().nodes() || hello.id == options_.self) return nullptr;
  return &healing_edge(hello.id);
}

}  // namespace starling
