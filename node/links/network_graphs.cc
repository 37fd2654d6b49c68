// Edges of graphs to come, and of past ones.

#include <algorithm>

#include "node/links/network.h"

namespace starling {

void Network::streams_finished(std::uint32_t done) {
  for (auto& edge : edges_) edge->link.finished(done);
}

void Network::prepare(const Graph& graph) {
  for (auto& edge : edges_) {
    const bool wanted = graph.adjacent(options_.self, edge->link.peer());
    if (edge->retired && wanted) {
      revive(*edge);
    } else if (!edge->retired && !wanted && edge->link.stands_by()) {
      edge->retired = true;
      let_go(*edge, "of a graph that did not come");
    }
  }
  for (const NodeId peer : graph.neighbors(options_.self))
    if (!edge_to(peer)) add_edge(peer).link.stand_by();
}

void Network::revive(Edge& edge) {
  edge.retired = edge.over = false;
  edge.link.stand_by();
  edge.silence.restart(transport_.now());
  edge.redial_at = transport_.now();
  edge.backoff = Instant(0);
}

Network::Edge& Network::add_edge(NodeId peer) {
  edges_.push_back(std::make_unique<Edge>(Link(options_.self, peer, options_.limits)));
  Edge& added = *edges_.back();
  added.we_dial = options_.self < peer;
  added.link.begin_view(expected_view_);
  added.silence.restart(transport_.now());
  std::sort(edges_.begin(), edges_.end(),
            [](const auto& a, const auto& b) { return a->link.peer() < b->link.peer(); });
  return added;
}

void Network::use(const Graph& graph, std::uint32_t stream) {
  for (auto& edge : edges_) {
    if (graph.adjacent(options_.self, edge->link.peer())) {
      edge->link.activate(stream);
      edge->began = fact_of(*edge).counter;
    } else if (!edge->retired && !edge->link.stands_by()) {
      edge->retired = true;
      edge->retired_at = stream;
    }
  }
}

// The other end has switched once it has finished a stream of the new graph; then neither needs
// anything of the other. Until then a cut connection is made again. The end that closes first may
// leave the other without that word: it waits no longer than for any silent one.
void Network::close_retired() {
  for (auto& edge : edges_) {
    if (!edge->retired || edge->over) continue;
    const bool silent = edge->silence.silent_for(last_pump_) >
                        edge->silence.limit(options_.grace, options_.grace_max);
    const bool kept = facts_.heals(options_.self, edge->link.peer());
    const auto done =
        kept ? std::min(edge->link.done_here(), edge->link.done_there()) : edge->link.done_there();
    if (done <= edge->retired_at && !silent) continue;
    kept ? stand_by(*edge) : let_go(*edge, "not an edge any more");
  }
}

// An edge that heals makes views on every graph, and is missed where it fails.
void Network::stand_by(Edge& edge) {
  edge.retired = false;
  edge.link.let_go();
  edge.link.stand_by();
}

void Network::let_go(Edge& edge, const std::string& why) {
  edge.over = true;
  stop_dialling(edge);
  drop_session(edge, why);
  edge.link.let_go();
}

}  // namespace starling
