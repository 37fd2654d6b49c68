#pragma once

#include <utility>

#include "topology/mixing_matrix.h"

namespace starling {

// w_ii = 1 - sum_j w_ij, neighbours in ascending order: every node finds the same bits.
inline void fill_diagonal(MixingMatrix& matrix) {
  const NodeId n = matrix.graph.nodes();
  matrix.diagonal.assign(n, 1);
  for (NodeId i = 0; i < n; ++i) {
    double sum = 0;
    for (const double w : matrix.row(i)) sum += w;
    matrix.diagonal[i] = 1 - sum;
  }
}

// W from a rule for its edges, weight(i, j) = w_ij, with a uniform stationary distribution.
template <class EdgeWeight>
MixingMatrix assemble(Graph graph, EdgeWeight weight) {
  MixingMatrix matrix;
  const NodeId n = graph.nodes();
  matrix.weights.reserve(2 * graph.edges());
  for (NodeId i = 0; i < n; ++i)
    for (const NodeId j : graph.neighbors(i)) matrix.weights.push_back(weight(i, j));
  matrix.graph = std::move(graph);
  fill_diagonal(matrix);
  matrix.stationary.assign(n, 1 / static_cast<double>(n));
  return matrix;
}

}  // namespace starling
