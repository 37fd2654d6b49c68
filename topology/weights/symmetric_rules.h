#pragma once

#include "topology/mixing_matrix.h"

namespace starling {

// Symmetric weights from degrees alone, one line each; samples are ignored. [XiaoBoyd2004],
// catalogue A.1.
//   metropolis       w_ij = 1 / (1 + max(d_i, d_j)):  w_ii >= 1 / (1 + d_i) > 0
//   lazy_metropolis  (I + W) / 2 of it:               no negative eigenvalue, half the gap
//   max_degree       w_ij = 1 / (1 + max_k d_k):      W = I - Lap / (1 + d_max)
MixingMatrix metropolis(const Graph& graph, std::span<const double> samples = {});
MixingMatrix lazy_metropolis(const Graph& graph, std::span<const double> samples = {});
MixingMatrix max_degree(const Graph& graph, std::span<const double> samples = {});

// The constant a with the least slem,  W = I - a Lap,  a = 2 / (l_2 + l_n)  of the Laplacian; the
// best of all symmetric weights on edge-transitive graphs. Needs the whole graph and its
// Laplacian's spectrum.
// Errors    GraphError where spectrum() throws, or when the graph is disconnected.
MixingMatrix best_constant(const Graph& graph, std::span<const double> samples = {});

// W = I - a Lap.
MixingMatrix constant_weights(const Graph& graph, double a);

}  // namespace starling
