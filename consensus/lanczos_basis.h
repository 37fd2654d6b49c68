#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

namespace starling {

// The part of Lanczos' method that needs no graph: basis, tridiagonal matrix, Ritz values.
// Deterministic, by one fixed order of operations: the same bits on every node that feeds it the
// same values.
class LanczosBasis {
 public:
  // stationary: pi. first: any vector, the same on every node.
  LanczosBasis(std::span<const double> stationary, Eigen::VectorXd first);

  // q_k, to be multiplied by S.
  const Eigen::VectorXd& latest() const { return basis_.back(); }
  // Takes w = S q_k; false when the space is exhausted: the Ritz values are eigenvalues.
  bool extend(Eigen::VectorXd w);

  struct Ends {
    double lambda_2 = 0, lambda_n = 0, residual_2 = 0, residual_n = 0;
  };
  Ends ends() const;
  int size() const { return static_cast<int>(alpha_.size()); }

 private:
  void orthogonalise(Eigen::VectorXd& w) const;

  Eigen::VectorXd root_;  // sqrt(pi): the eigenvector of 1
  std::vector<Eigen::VectorXd> basis_;
  std::vector<double> alpha_, beta_;
};

}  // namespace starling
