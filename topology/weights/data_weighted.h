#pragma once

#include <string_view>

#include "topology/mixing_matrix.h"

namespace starling {

// Errors    GraphError "weights = RULE: ..." unless there is one positive finite count per node.
void require_samples(const Graph& graph, std::span<const double> samples, std::string_view rule);

// Metropolis-Hastings for pi_i = m_i / sum_j m_j with the proposal 1 / (1 + d_i): every sample
// counts once, however unequal the shards.
//
//   w_ij = min(1 / (1 + d_i), (m_j / m_i) / (1 + d_j))
//
// Keeps     sum_i pi_i x_i; pi_i w_ij = pi_j w_ji. With equal samples it is metropolis.
// Errors    GraphError unless there is one positive finite sample count per node.
// Source    [Hastings1970], catalogue A.4.
MixingMatrix data_weighted(const Graph& graph, std::span<const double> samples);

}  // namespace starling
