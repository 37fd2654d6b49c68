#pragma once

#include <cstdint>
#include <vector>

#include "consensus/objectives/splitmix.h"

namespace starling {

// The quadratics of the reference problem: every local spectrum is exactly lam, the bases and
// centres differ.
//
//   f_i(x) = 1/2 (x - c_i)^T A_i (x - c_i)      A_i = H_i diag(lam) H_i,   H_i = I - 2 v_i v_i^T /
//   |v_i|^2 lam_j = mu kappa^{j/(d-1)}, L = 1, mu = 1/kappa (d = 1: lam = 1) v_i = v_0 + spread
//   u_i;  the stream of `seed` gives v_0, then for each node u_i and c_i / heterogeneity
//
// A_i is applied in O(d) by its two reflections, never formed but for a dense solve.
struct QuadraticFamily {
  std::uint64_t dimension = 10;
  double kappa = 100, heterogeneity = 1, spread = 0.3;
  std::uint64_t seed = 1;
  std::uint32_t nodes = 1;

  std::vector<double> spectrum() const;  // lam, ascending
  // v_i and c_i of one node; the stream is entered where the node's numbers begin.
  void node(std::uint32_t i, std::vector<double>& v, std::vector<double>& c) const;

  // The minimiser of the mean: (sum A_i) x = sum A_i c_i, solved densely up to kDenseDimension, by
  // conjugate gradients to a residual of 1e-14 beyond.
  std::vector<double> optimum() const;
  struct Bounds {
    double largest, smallest;
  };
  // The extreme eigenvalues of the mean of the A_i; beyond kDenseDimension their bounds L and mu.
  Bounds mean_spectrum() const;

  static constexpr std::uint64_t kDenseDimension = 2000;
};

// y = A x for one node, y may be x; returns x^T A x.
double apply_quadratic(const std::vector<double>& spectrum, const std::vector<double>& v,
                       const double* x, double* y);

}  // namespace starling
