// Edges of graphs to come, and of past ones.

#include <algorithm>

#include "node/network.h"

namespace starling {

void Network::streams_finished(std::uint32_t done) {
  for (auto& edge : edges_) edge->link.finished(done);
}

void Network::prepare(const Graph& graph) {
  for (const NodeId peer : graph.neighbors(options_.self)) {
    if (Edge* known = edge_to(peer)) {
      if (std::exchange(known->retired, false)) known->link.stand_by();
      continue;
    }
    auto edge = std::make_unique<Edge>(Link(options_.self, peer, options_.limits), 0);
    edge->we_dial = options_.self < peer;
    edge->link.stand_by();
    edge->link.begin_view(view_);
    edge->silence.restart(transport_.now());
    edges_.push_back(std::move(edge));
  }
  std::sort(edges_.begin(), edges_.end(),
            [](const auto& a, const auto& b) { return a->link.peer() < b->link.peer(); });
  for (auto& edge : edges_) edge->fact = facts_.edge_index(options_.self, edge->link.peer());
}

void Network::use(const Graph& graph, std::uint32_t stream) {
  facts_.require(graph);
  for (auto& edge : edges_) {
    if (graph.adjacent(options_.self, edge->link.peer())) {
      edge->link.activate(stream);
    } else if (!edge->retired) {
      edge->retired = true;
      edge->retired_at = stream;
    }
  }
}

// The other end has switched once it has finished a stream of the new graph; what it said before
// has then been acknowledged, or is of no more use to anyone.
void Network::close_retired() {
  for (auto& edge : edges_) {
    if (!edge->retired || !edge->session) continue;
    if (edge->link.done_there() > edge->retired_at && edge->link.settled())
      drop_session(*edge, "not an edge any more");
  }
}

}  // namespace starling
