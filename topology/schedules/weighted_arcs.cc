#include "topology/schedules/weighted_arcs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "topology/graphs/parameters.h"

namespace starling {

DirectedMatrix WeightedArcs::matrix() const {
  std::vector<Arc> arcs;
  arcs.reserve(list_.size());
  for (const Weighted& entry : list_) arcs.push_back({entry.from, entry.to});
  DirectedMatrix result{Digraph::from_arcs(nodes_, std::move(arcs)), {}, {}};
  result.weights.resize(list_.size());
  for (const Weighted& entry : list_) {
    const auto row = result.graph.sources(entry.to);
    const auto place = std::lower_bound(row.begin(), row.end(), entry.from) - row.begin();
    result.weights[result.graph.row_begin(entry.to) + static_cast<std::size_t>(place)] =
        entry.weight;
  }
  result.diagonal.resize(nodes_);
  for (NodeId i = 0; i < nodes_; ++i) {
    double sum = 0;
    for (const double weight : result.row(i)) sum += weight;
    result.diagonal[i] = 1 - sum;
  }
  return result;
}

bool is_symmetric(const DirectedMatrix& w) {
  for (NodeId i = 0; i < w.graph.nodes(); ++i) {
    const auto sources = w.graph.sources(i), targets = w.graph.targets(i);
    if (!std::equal(sources.begin(), sources.end(), targets.begin(), targets.end())) return false;
    for (std::size_t k = 0; k < sources.size(); ++k) {
      const auto back = w.graph.sources(sources[k]);
      const auto at = std::lower_bound(back.begin(), back.end(), i) - back.begin();
      if (w.row(sources[k])[static_cast<std::size_t>(at)] != w.row(i)[k]) return false;
    }
  }
  return true;
}

Graph links_of_rounds(const Schedule& schedule, std::uint64_t rounds) {
  std::vector<Edge> edges;
  for (std::uint64_t t = 0; t < rounds; ++t) {
    const Digraph graph = schedule.round(t).graph;
    for (NodeId i = 0; i < graph.nodes(); ++i) {
      const auto targets = graph.targets(i);
      for (const NodeId j : graph.sources(i))
        if (j < i || !std::binary_search(targets.begin(), targets.end(), j))
          edges.push_back({std::min(i, j), std::max(i, j)});
    }
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return Graph::from_edges(schedule.nodes(), std::move(edges));
}

Graph all_links(std::string_view kind, NodeId nodes) {
  if (std::uint64_t{nodes} * (nodes - 1) / 2 > kEdgesMax)
    throw GraphError("kind " + std::string(kind) + ": any of " + std::to_string(nodes) +
                     " nodes may meet any other, more links than can be listed; allowed: up to " +
                     std::to_string(kEdgesMax) + " links");
  std::vector<Edge> edges;
  for (NodeId u = 0; u < nodes; ++u)
    for (NodeId v = u + 1; v < nodes; ++v) edges.push_back({u, v});
  return Graph::from_edges(nodes, std::move(edges));
}

}  // namespace starling
