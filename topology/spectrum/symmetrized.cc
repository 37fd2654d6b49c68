#include "topology/spectrum/symmetrized.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace starling {

Symmetrized::Symmetrized(const MixingMatrix& w)
    : matrix(w), off(w.weights), null(static_cast<Eigen::Index>(w.graph.nodes())) {
  const Graph& graph = w.graph;
  for (NodeId i = 0; i < graph.nodes(); ++i)
    null[static_cast<Eigen::Index>(i)] = std::sqrt(w.stationary[i]);
  null.normalize();
  // s_ij = sqrt(w_ij w_ji). Rows ascend, so row j meets its smaller neighbors i in the order of the
  // outer loop.
  std::vector<std::size_t> met(graph.nodes(), 0);
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const auto row = graph.neighbors(i);
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (row[k] < i) continue;
      double& forth = off[graph.row_begin(i) + k];
      double& back = off[graph.row_begin(row[k]) + met[row[k]]++];
      if (forth != back) forth = back = std::copysign(std::sqrt(std::abs(forth * back)), forth);
    }
  }
}

void Symmetrized::multiply(const double* x, double* y) const {
  const Graph& graph = matrix.graph;
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const auto row = graph.neighbors(i);
    const double* values = off.data() + graph.row_begin(i);
    double sum = matrix.diagonal[i] * x[i];
    for (std::size_t k = 0; k < row.size(); ++k) sum += values[k] * x[row[k]];
    y[i] = sum;
  }
}

double lower_bound(const Symmetrized& s) {
  const Graph& graph = s.matrix.graph;
  double bound = 1;
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    double reach = s.matrix.diagonal[i];
    for (std::size_t k = 0; k < graph.degree(i); ++k)
      reach -= std::abs(s.off[graph.row_begin(i) + k]);
    bound = std::min(bound, reach);
  }
  return bound;
}

Ritz rayleigh(const Symmetrized& s, Column x) {
  s.project(x);
  s.project(x);  // twice is enough: what is left of sqrt(pi) is rounding
  const MixingMatrix& matrix = s.matrix;
  const Graph& graph = matrix.graph;
  const Column z = x.cwiseQuotient(s.null);
  Ritz ritz;
  double energy = 0;
  Column image(s.size());  // (I - W) z
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    const auto row = graph.neighbors(i);
    const auto w = matrix.row(i);
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
      const double difference = z[at] - z[static_cast<Eigen::Index>(row[k])];
      sum += w[k] * difference;
      squares += w[k] * difference * difference;
    }
    image[at] = sum;
    energy += s.null[at] * s.null[at] * squares;
  }
  ritz.gap = energy / 2 / x.squaredNorm();  // every edge was met from both ends
  ritz.residual = (image - ritz.gap * z).cwiseProduct(s.null).norm() / x.norm();
  ritz.error = ritz.residual;
  ritz.vector = x.normalized();
  return ritz;
}

}  // namespace starling
