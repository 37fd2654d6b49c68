#pragma once

#include "topology/mixing_matrix.h"

namespace starling {

// The fastest weights on a graph: the least slem of all reversible W whose entries lie on its
// edges. `fdla` lets them be negative (the fastest distributed linear averaging); `fmmc` keeps W a
// probability matrix (the fastest mixing Markov chain). With samples pi is their share, else
// uniform.
//
//   minimise  |S - sqrt(pi) sqrt(pi)^T|_2     over  s_e = pi_i w_ij  [s_e >= 0, w_ii >= 0]
//
// The least slem is the least (1 - lambda_n) / (1 - lambda_2) as well, since fdla may scale I - W
// at will: no weights on the graph need fewer Chebyshev steps than fdla's either.
//
// The note says how they were found, and slem_at_least: what no weights on this graph can go below.
// Cost      closed form on complete and, for uniform pi, edge-transitive graphs; m^3 up to
//           kBarrierEdges edges (300: a tenth of a second; 2000: a minute); beyond, a smooth
//           surrogate with extreme eigenvectors only.
// Errors    GraphError for samples that cannot be used and a disconnected graph.
// Source    [XiaoBoyd2004], [BoydDiaconisXiao2004]; reversible W for any pi: ibid., section 8.
MixingMatrix fdla(const Graph& graph, std::span<const double> samples = {});
MixingMatrix fmmc(const Graph& graph, std::span<const double> samples = {});

// The rule that `auto` stands for: fdla where it is found in well under a second on every node (or
// in closed form), else metropolis, or data_weighted where samples differ.
MixingMatrix auto_weights(const Graph& graph, std::span<const double> samples = {});

}  // namespace starling
