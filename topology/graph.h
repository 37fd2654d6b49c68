#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace starling {

using NodeId = std::uint32_t;

// An undirected edge; a Graph stores it with u < v.
struct Edge {
  NodeId u = 0, v = 0;
  auto operator<=>(const Edge&) const = default;
};

// A user's mistake in a graph: a bad size, a loop, a node out of range, a disconnected graph.
class GraphError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A simple undirected graph in compressed sparse rows.
//
// Shapes    n nodes, m edges; neighbors(i) ascends.
// Keeps     8 (n + 1) + 8 m bytes: 10^6 nodes are a few tens of megabytes.
// Errors    GraphError on a loop, a node >= n, or an edge given twice.
class Graph {
 public:
  Graph() = default;
  static Graph from_edges(NodeId nodes, std::vector<Edge> edges);

  NodeId nodes() const { return static_cast<NodeId>(row_.empty() ? 0 : row_.size() - 1); }
  std::size_t edges() const { return column_.size() / 2; }
  std::size_t degree(NodeId i) const { return row_[i + 1] - row_[i]; }
  std::span<const NodeId> neighbors(NodeId i) const {
    return {column_.data() + row_[i], column_.data() + row_[i + 1]};
  }
  // Where the entries of row i begin: an array of 2m values aligned with the rows is indexed by it.
  std::size_t row_begin(NodeId i) const { return row_[i]; }
  bool adjacent(NodeId i, NodeId j) const;
  std::vector<Edge> edge_list() const;  // u < v, ascending

 private:
  std::vector<std::size_t> row_;
  std::vector<NodeId> column_;
};

bool connected(const Graph& graph);
// The component of each node, numbered from 0 in order of its lowest node.
std::vector<NodeId> components(const Graph& graph);
// The largest distance between two nodes; exact at every size. Requires a connected graph.
//
// Cost      a few searches, O(m) each, for trees, grids, geometric and social graphs and all Cayley
//           graphs that spectrum() recognises; for the rest up to n / 256 shared searches, which on
//           an expander of 10^6 nodes takes minutes and on a long chain of cycles O(n^2).
NodeId diameter(const Graph& graph);

// The same with a limit on the work, in edges looked at; where it ends early, upper > lower.
struct DiameterBounds {
  NodeId lower = 0, upper = 0;
  bool exact() const { return lower == upper; }
};
DiameterBounds diameter_bounds(const Graph& graph, double work_max);

}  // namespace starling
