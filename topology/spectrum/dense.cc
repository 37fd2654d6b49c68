#include <Eigen/Eigenvalues>
#include <cstddef>

#include "topology/spectrum/iterative.h"

namespace starling {

// sqrt(pi) is moved from eigenvalue 1 into the middle of the others, the mean of their values, so
// that it is neither end; when all of them are equal, the vector that leans on it most is left out.
Ends dense_ends(const Symmetrized& s) {
  const Eigen::Index n = s.size();
  const Graph& graph = s.matrix.graph;
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const auto row = graph.neighbors(i);
    matrix(i, i) = s.matrix.diagonal[i];
    for (std::size_t k = 0; k < row.size(); ++k) matrix(i, row[k]) = s.off[graph.row_begin(i) + k];
  }
  const double middle = (matrix.trace() - 1) / static_cast<double>(n - 1);
  matrix -= (1 - middle) * s.null * s.null.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  const Eigen::MatrixXd& vectors = solver.eigenvectors();
  Eigen::Index deflated = 0;
  (vectors.transpose() * s.null).cwiseAbs().maxCoeff(&deflated);
  const Eigen::Index top = deflated == n - 1 ? n - 2 : n - 1;
  const Eigen::Index bottom = deflated == 0 ? 1 : 0;
  return {rayleigh(s, vectors.col(top)), rayleigh(s, vectors.col(bottom))};
}

}  // namespace starling
