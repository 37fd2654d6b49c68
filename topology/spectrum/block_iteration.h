#pragma once

#include <functional>
#include <optional>

#include "topology/spectrum/multigrid.h"
#include "topology/spectrum/symmetrized.h"

namespace starling {

// What a block iteration needs to know of a symmetric A: its product, and an approximate inverse
// (symmetric positive definite; without one, use the identity).
struct BlockOperator {
  std::function<void(const Block& x, Block& y)> product;
  std::function<void(const Block& r, Block& x)> precondition;
  const Column* null = nullptr;  // a unit vector to stay orthogonal to, or none
};

// A vector of the least eigenvalue of A, with the error that its eigenvalue may have.
struct LeastPair {
  Column vector;
  double value = 0, error = 0;
};

// The least eigenpair by LOBPCG, four vectors at once: the best approximation in the span of the
// present vectors, their preconditioned residuals and their last changes. Neighbouring eigenvalues
// (the slowest modes of a square come in pairs) do not slow it down as long as not all four are
// one cluster.
//
//   error = min(|r_1|, min_c |R_c|_F^2 / (theta_{c+1} - |r_{c+1}| - theta_c)),  c = 1, 2, 3
//
// with R_c the residuals of the c least: where a cluster stands apart, the error of its
// eigenvalues is quadratic in their residuals [Parlett1998, chapter 11]. The distance to the rest
// is itself an estimate, from the next Ritz value.
// Errors    empty when the error is not below tolerance(value) after `iterations_max`.
// Source    [Knyazev2001].
std::optional<LeastPair> least_eigenpair(const BlockOperator& op, Eigen::Index size,
                                         const std::function<double(double)>& tolerance,
                                         int iterations_max);

}  // namespace starling
