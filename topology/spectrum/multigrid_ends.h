#pragma once

#include <optional>

#include "topology/spectrum/symmetrized.h"

namespace starling {

// The ends of the spectrum where neighbouring eigenvalues crowd and Lanczos crawls: grids,
// geometric graphs, chains of any kind. Block iteration preconditioned by multigrid.
//
//   top      (I - W) z = gap_2 z, on the Laplacian with weights pi_i w_ij
//   bottom   of a bipartite graph: with the sign of one side turned, x^T S x is
//            sum_i (1 - 2 sum_j w_ij) pi_i z_i^2 + sum_edges pi_i w_ij (z_i - z_j)^2,
//            a Laplacian with a potential; its least eigenvalue is lambda_n, its vector smooth
//
// Empty when a weight is negative, for a bottom without two sides, and when it did not converge.
// Keeps     about 500 MB for a grid of 10^6 nodes.
std::optional<Ritz> multigrid_top(const Symmetrized& s);
std::optional<Ritz> multigrid_bottom(const Symmetrized& s, double gap_2);

}  // namespace starling
