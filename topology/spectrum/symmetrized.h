#pragma once

#include <Eigen/Core>
#include <vector>

#include "topology/mixing_matrix.h"

namespace starling {

using Column = Eigen::VectorXd;

// S = D^{1/2} W D^{-1/2}, D = diag(pi): symmetric, with the eigenvalues of W. Its eigenvector to 1
// is sqrt(pi).
//
// Shapes    off: 2m values aligned with the graph's rows, s_ij = s_ji to the bit; null: n.
struct Symmetrized {
  explicit Symmetrized(const MixingMatrix& matrix);

  const MixingMatrix& matrix;
  std::vector<double> off;
  Column null;  // sqrt(pi), length one

  Eigen::Index size() const { return null.size(); }
  void multiply(const double* x, double* y) const;  // y = S x
  void project(Column& x) const { x -= null * null.dot(x); }
};

// Gershgorin: no eigenvalue is below min_i (w_ii - sum_j |s_ij|).
double lower_bound(const Symmetrized& s);

// An eigenpair: its eigenvalue as its distance from one, its vector (of S, length one), and how
// good it is.
struct Ritz {
  double gap = 0;  // 1 - lambda
  double residual = 0;
  // What the gap may be off by. An eigenvalue lies within the residual (Weyl); where the next one
  // is known to be farther away, within residual^2 / distance (Temple).
  double error = 0;
  Column vector;
};

// The Rayleigh quotient of a vector x (in the coordinates of S; its part along sqrt(pi) is taken
// off), z = D^{-1/2} x:
//
//   1 - lambda = sum_{edges} pi_i w_ij (z_i - z_j)^2 / sum_i pi_i z_i^2
//
// A sum of squares of differences: a gap of 1e-11 comes out with all the digits that x deserves,
// while 1 - x^T S x would have lost them. The error is quadratic in the error of x.
Ritz rayleigh(const Symmetrized& s, Column x);

}  // namespace starling
