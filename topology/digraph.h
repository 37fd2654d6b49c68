#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "topology/graph.h"

namespace starling {

// An arc: `from` sends to `to`.
struct Arc {
  NodeId from = 0, to = 0;
  auto operator<=>(const Arc&) const = default;
};

// A simple directed graph in compressed sparse rows, readable from both ends.
//
// Shapes    n nodes, m arcs; sources(i) (who sends to i) and targets(i) (whom i sends to) ascend.
// Keeps     16 (n + 1) + 8 m bytes.
// Errors    GraphError on a loop, a node >= n, or an arc given twice.
class Digraph {
 public:
  Digraph() = default;
  static Digraph from_arcs(NodeId nodes, std::vector<Arc> arcs);
  // Both directions of every edge.
  static Digraph from_graph(const Graph& graph);

  NodeId nodes() const { return static_cast<NodeId>(in_row_.empty() ? 0 : in_row_.size() - 1); }
  std::size_t arcs() const { return source_.size(); }
  std::span<const NodeId> sources(NodeId i) const {
    return {source_.data() + in_row_[i], source_.data() + in_row_[i + 1]};
  }
  std::span<const NodeId> targets(NodeId i) const {
    return {target_.data() + out_row_[i], target_.data() + out_row_[i + 1]};
  }
  // Where the entries of row i begin: an array of m values aligned with the sources is indexed by
  // it.
  std::size_t row_begin(NodeId i) const { return in_row_[i]; }
  std::vector<Arc> arc_list() const;  // ascending by (from, to)
  // The undirected graph of all pairs joined by an arc in either direction: the links it needs.
  Graph links() const;

 private:
  std::vector<std::size_t> in_row_, out_row_;
  std::vector<NodeId> source_, target_;
};

bool strongly_connected(const Digraph& graph);

// Weights on a digraph:  (W x)_i = w_ii x_i + sum_{j in sources(i)} w_ij x_j.
//
//   row-stochastic     rows sum to one: consensus, at the mean weighted by the left Perron vector
//   column-stochastic  columns sum to one: the sum is kept, 1^T W = 1^T (push-sum, B.6)
//   doubly stochastic  both: averages (A.6, A.7)
struct DirectedMatrix {
  Digraph graph;
  std::vector<double> weights;   // w_ij, j the k-th source of i, at graph.row_begin(i) + k
  std::vector<double> diagonal;  // w_ii

  std::span<const double> row(NodeId i) const {
    return {weights.data() + graph.row_begin(i), graph.sources(i).size()};
  }
};

// y = W x. x, y: n values, not overlapping.
void multiply(const DirectedMatrix& matrix, std::span<const double> x, std::span<double> y);
// The largest |row sum - 1| and |column sum - 1|.
double row_defect(const DirectedMatrix& matrix);
double column_defect(const DirectedMatrix& matrix);

}  // namespace starling
