#include "topology/digraph.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace starling {
namespace {

std::string arc_text(const Arc& arc) {
  return "arc " + std::to_string(arc.from) + " " + std::to_string(arc.to);
}

void check(NodeId nodes, const Arc& arc) {
  if (arc.from >= nodes || arc.to >= nodes)
    throw GraphError(arc_text(arc) + ": node " + std::to_string(std::max(arc.from, arc.to)) +
                     " is out of range; nodes are 0.." + std::to_string(nodes - 1));
  if (arc.from == arc.to)
    throw GraphError(arc_text(arc) + " is a loop; a node does not neighbor itself");
}

// How many nodes node 0 reaches, over rows that `next(i)` gives.
template <class Next>
NodeId reached_from_zero(NodeId nodes, Next next) {
  std::vector<bool> seen(nodes, false);
  std::vector<NodeId> open = {0};
  seen[0] = true;
  NodeId count = 0;
  while (!open.empty()) {
    const NodeId i = open.back();
    open.pop_back();
    ++count;
    for (const NodeId j : next(i))
      if (!seen[j]) {
        seen[j] = true;
        open.push_back(j);
      }
  }
  return count;
}

}  // namespace

// Two counting sorts: arcs scattered by source in any order, then read source by source and
// scattered by target, ascend in every row of sources; likewise once more for the targets.
Digraph Digraph::from_arcs(NodeId nodes, std::vector<Arc> arcs) {
  if (nodes == 0) throw GraphError("a graph needs at least one node");
  Digraph graph;
  graph.in_row_.assign(nodes + std::size_t{1}, 0);
  graph.out_row_.assign(nodes + std::size_t{1}, 0);
  for (const Arc& arc : arcs) {
    check(nodes, arc);
    ++graph.in_row_[arc.to + std::size_t{1}];
    ++graph.out_row_[arc.from + std::size_t{1}];
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    graph.in_row_[i + 1] += graph.in_row_[i];
    graph.out_row_[i + 1] += graph.out_row_[i];
  }
  graph.source_.resize(arcs.size());
  graph.target_.resize(arcs.size());
  std::vector<std::size_t> next(graph.out_row_.begin(), graph.out_row_.end() - 1);
  for (const Arc& arc : arcs) graph.target_[next[arc.from]++] = arc.to;
  next.assign(graph.in_row_.begin(), graph.in_row_.end() - 1);
  for (NodeId i = 0; i < nodes; ++i)
    for (const NodeId to : graph.targets(i)) graph.source_[next[to]++] = i;
  next.assign(graph.out_row_.begin(), graph.out_row_.end() - 1);
  for (NodeId i = 0; i < nodes; ++i) {
    const auto row = graph.sources(i);
    const auto twice = std::adjacent_find(row.begin(), row.end());
    if (twice != row.end()) throw GraphError(arc_text({*twice, i}) + " is given twice");
    for (const NodeId from : row) graph.target_[next[from]++] = i;
  }
  return graph;
}

Digraph Digraph::from_graph(const Graph& graph) {
  std::vector<Arc> arcs;
  arcs.reserve(2 * graph.edges());
  for (NodeId i = 0; i < graph.nodes(); ++i)
    for (const NodeId j : graph.neighbors(i)) arcs.push_back({i, j});
  return from_arcs(graph.nodes(), std::move(arcs));
}

std::vector<Arc> Digraph::arc_list() const {
  std::vector<Arc> list;
  list.reserve(arcs());
  for (NodeId i = 0; i < nodes(); ++i)
    for (const NodeId j : targets(i)) list.push_back({i, j});
  return list;
}

Graph Digraph::links() const {
  std::vector<Edge> edges;
  edges.reserve(arcs());
  for (NodeId i = 0; i < nodes(); ++i) {
    const auto back = sources(i);
    for (const NodeId j : targets(i))
      if (i < j || !std::binary_search(back.begin(), back.end(), j))
        edges.push_back({std::min(i, j), std::max(i, j)});
  }
  return Graph::from_edges(nodes(), std::move(edges));
}

bool strongly_connected(const Digraph& graph) {
  const NodeId n = graph.nodes();
  return n > 0 && reached_from_zero(n, [&](NodeId i) { return graph.targets(i); }) == n &&
         reached_from_zero(n, [&](NodeId i) { return graph.sources(i); }) == n;
}

void multiply(const DirectedMatrix& matrix, std::span<const double> x, std::span<double> y) {
  for (NodeId i = 0; i < matrix.graph.nodes(); ++i) {
    const auto sources = matrix.graph.sources(i);
    const auto row = matrix.row(i);
    double sum = matrix.diagonal[i] * x[i];
    for (std::size_t k = 0; k < sources.size(); ++k) sum += row[k] * x[sources[k]];
    y[i] = sum;
  }
}

double row_defect(const DirectedMatrix& matrix) {
  double largest = 0;
  for (NodeId i = 0; i < matrix.graph.nodes(); ++i) {
    double sum = matrix.diagonal[i];
    for (const double w : matrix.row(i)) sum += w;
    largest = std::max(largest, std::abs(sum - 1));
  }
  return largest;
}

double column_defect(const DirectedMatrix& matrix) {
  std::vector<double> sums = matrix.diagonal;
  for (NodeId i = 0; i < matrix.graph.nodes(); ++i) {
    const auto sources = matrix.graph.sources(i);
    const auto row = matrix.row(i);
    for (std::size_t k = 0; k < sources.size(); ++k) sums[sources[k]] += row[k];
  }
  double largest = 0;
  for (const double sum : sums) largest = std::max(largest, std::abs(sum - 1));
  return largest;
}

}  // namespace starling
