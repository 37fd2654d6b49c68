#include "topology/graph.h"

#include <algorithm>

namespace starling {
namespace {

std::string pair_text(NodeId u, NodeId v) {
  return std::to_string(u) + " " + std::to_string(v);
}

}  // namespace

// A counting sort by node, then a sort within each row: linear memory, and no sort of all edges.
Graph Graph::from_edges(NodeId nodes, std::vector<Edge> edges) {
  if (nodes == 0) throw GraphError("a graph needs at least one node");
  Graph graph;
  graph.row_.assign(static_cast<std::size_t>(nodes) + 1, 0);
  for (const Edge& edge : edges) {
    if (edge.u >= nodes || edge.v >= nodes)
      throw GraphError("edge " + pair_text(edge.u, edge.v) + ": node " +
                       std::to_string(std::max(edge.u, edge.v)) +
                       " is out of range; nodes are 0.." + std::to_string(nodes - 1));
    if (edge.u == edge.v)
      throw GraphError("edge " + pair_text(edge.u, edge.v) +
                       " is a loop; a node does not neighbor itself");
    ++graph.row_[edge.u + std::size_t{1}];
    ++graph.row_[edge.v + std::size_t{1}];
  }
  for (std::size_t i = 0; i < nodes; ++i) graph.row_[i + 1] += graph.row_[i];
  graph.column_.resize(2 * edges.size());
  std::vector<std::size_t> next(graph.row_.begin(), graph.row_.end() - 1);
  for (const Edge& edge : edges) {
    graph.column_[next[edge.u]++] = edge.v;
    graph.column_[next[edge.v]++] = edge.u;
  }
  for (NodeId i = 0; i < nodes; ++i) {
    const auto first = graph.column_.begin() + static_cast<std::ptrdiff_t>(graph.row_[i]);
    const auto last = graph.column_.begin() + static_cast<std::ptrdiff_t>(graph.row_[i + 1]);
    std::sort(first, last);
    const auto twice = std::adjacent_find(first, last);
    if (twice != last)
      throw GraphError("edge " + pair_text(std::min(i, *twice), std::max(i, *twice)) +
                       " is given twice");
  }
  return graph;
}

bool Graph::adjacent(NodeId i, NodeId j) const {
  const auto row = neighbors(i);
  return std::binary_search(row.begin(), row.end(), j);
}

std::vector<Edge> Graph::edge_list() const {
  std::vector<Edge> list;
  list.reserve(edges());
  for (NodeId u = 0; u < nodes(); ++u)
    for (const NodeId v : neighbors(u))
      if (u < v) list.push_back({u, v});
  return list;
}

std::vector<NodeId> components(const Graph& graph) {
  constexpr NodeId kNone = static_cast<NodeId>(-1);
  std::vector<NodeId> component(graph.nodes(), kNone);
  std::vector<NodeId> reached;
  NodeId count = 0;
  for (NodeId root = 0; root < graph.nodes(); ++root) {
    if (component[root] != kNone) continue;
    component[root] = count;
    reached.assign(1, root);
    while (!reached.empty()) {
      const NodeId i = reached.back();
      reached.pop_back();
      for (const NodeId j : graph.neighbors(i))
        if (component[j] == kNone) {
          component[j] = count;
          reached.push_back(j);
        }
    }
    ++count;
  }
  return component;
}

bool connected(const Graph& graph) {
  const auto component = components(graph);
  return std::all_of(component.begin(), component.end(), [](NodeId c) { return c == 0; });
}

}  // namespace starling
