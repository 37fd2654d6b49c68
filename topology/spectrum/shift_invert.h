#pragma once

#include <optional>

#include "topology/spectrum/cholesky.h"
#include "topology/spectrum/iterative.h"

namespace starling {

// Lanczos on an inverse, whose extreme eigenvalues stand far apart where those of W crowd: rings,
// grids, trees, geometric graphs. Empty when a pair does not reach its tolerance.
//
// top       the pseudo-inverse of I - S: one node is grounded, and consistency answers for its
//           equation.
// bottom    (S - sigma I)^{-1} with sigma just below lambda_n. That S - sigma I has a Cholesky
//           factor proves that no eigenvalue lies below sigma (Sylvester's law of inertia).
std::optional<Ritz> inverse_top(const Symmetrized& s, const Elimination& order);
std::optional<Ritz> inverse_bottom(const Symmetrized& s, const Elimination& order, double gap_2);

}  // namespace starling
