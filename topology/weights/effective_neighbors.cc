#include "topology/weights/effective_neighbors.h"

#include <cstddef>

namespace starling {

// s_ij^2 = w_ij w_ji = w_ij^2 pi_i / pi_j.
double effective_neighbors(const MixingMatrix& matrix) {
  const Graph& graph = matrix.graph;
  double sum = 0;
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const auto row = graph.neighbors(i);
    sum += matrix.diagonal[i] * matrix.diagonal[i];
    for (std::size_t k = 0; k < row.size(); ++k) {
      const double w = matrix.row(i)[k];
      sum += w * w * (matrix.stationary[i] / matrix.stationary[row[k]]);
    }
  }
  return graph.nodes() / sum;
}

}  // namespace starling
