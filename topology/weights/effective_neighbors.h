#pragma once

#include "topology/mixing_matrix.h"

namespace starling {

// The effective number of neighbors: by how much one mix divides the variance of independent noise,
// averaged over the nodes; n under W = J, 1 under W = I.
//
//   n / sum_ij w_ij^2           (pi uniform: 1 / the mean over i of sum_j w_ij^2)
//   n / sum_ij s_ij^2           S = D^{1/2} W D^{-1/2}, noise of variance 1 / pi_i
//
// The lower end, no memory between rounds (gamma = 0), of n_W(gamma) in the source.
// Source    [VogelsEtAl2022], definition A.
double effective_neighbors(const MixingMatrix& matrix);

}  // namespace starling
