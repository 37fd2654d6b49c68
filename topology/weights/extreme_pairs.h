#pragma once

#include <Eigen/Core>

#include "topology/weights/edge_flows.h"

namespace starling {

// The eigenpairs at both ends of I - S = sum_e s_e b_e b_e^T off sqrt(pi), followed while the flows
// change: block iteration with a Chebyshev filter, begun at the vectors of the last flows, which
// are nearly right.
//
// Shapes    vectors: n x k, unit columns; values: k. low ascends from the smallest eigenvalue (the
//           gap 1 - lambda_2), high descends from the largest (1 - lambda_n).
// Cost      a sweep is 10 to 50 products with 2k vectors; a few sweeps per call.
// Source    [ZhouEtAl2006], Chebyshev-filtered subspace iteration.
class ExtremePairs {
 public:
  using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  struct End {
    Block vectors;
    Eigen::VectorXd values;
    Eigen::VectorXd residuals;
  };

  // k pairs at each end, from vectors that depend on nothing but n.
  ExtremePairs(const EdgeFlows& flows, Eigen::Index k);
  // Sweeps until the first `needed` pairs of each end have residuals within the tolerance.
  void follow(const Eigen::VectorXd& s, Eigen::Index needed, double tolerance);
  const End& low() const { return low_; }
  const End& high() const { return high_; }

 private:
  void multiply(const Block& x, Block& y) const;  // y = (I - S) x
  void sweep(End& end, double from, double to, int degree);
  void filter(Block& x, double from, double to, int degree) const;

  const EdgeFlows& flows_;
  Eigen::VectorXd s_;
  End low_, high_;
};

}  // namespace starling
