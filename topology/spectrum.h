#pragma once

#include <string>
#include <vector>

#include "topology/mixing_matrix.h"

namespace starling {

// The ends of the spectrum of W off the mean: lambda_n <= ... <= lambda_2 < 1.
// The gap is stored, not lambda_2: on a ring of 10^5 nodes it is 1.3e-9, and 1 - lambda_2 would
// leave six digits.
// n = 1 has no eigenvalue off the mean; both ends are 0 then.
struct Spectrum {
  double gap_2 = 1;  // 1 - lambda_2
  double lambda_n = 0;
  double residual_2 = 0;  // |W v - lambda v| of the returned pair, |v| = 1; 0 for a closed form
  double residual_n = 0;
  // What gap_2 and lambda_n may be off by: min(residual, residual^2 / distance to the rest of the
  // spectrum), the distance being estimated from the next Ritz value; 0 for a closed form.
  double error_2 = 0;
  double error_n = 0;
  // "closed form", "dense", "lanczos", "multigrid", "shift-invert"; "a + b": a found lambda_2.
  std::string method;

  double lambda_2() const { return 1 - gap_2; }
  double slem() const;  // max(|lambda_2|, |lambda_n|)
  double gap() const;   // 1 - slem, without the cancellation
};

// Closed form where the graph is recognised and all weights are equal; dense up to 1000 nodes;
// then, by what the graph is like:
//   trees, narrow grids, chains      inverse iteration by sparse Cholesky, which fills in little
//   expanders, random graphs         Lanczos, both ends at once, a few hundred products
//   grids, geometric graphs: the     block iteration preconditioned by multigrid, a few tens of
//   gap is small, Lanczos crawls     cycles; likewise the bottom of a bipartite graph
// and what one of them does not reach the next one tries. Norms are those in which W is symmetric:
// |v|^2 = sum_i pi_i v_i^2.
//
// The error of gap_2 is at most 1e-7 of it. That is what the certificate says: an eigenvalue lies
// that near. That it is the second one rests on the random start, as in every such iteration.
// Cost      10^6 nodes: seconds to about a minute, below 4 GiB (docs/benchmarks/spectra.md).
// Errors    GraphError for a disconnected graph, a W that does not contract, and where no method
//           reaches its tolerance: a number that may be wrong is not returned.
Spectrum spectrum(const MixingMatrix& matrix);

// An eigenvector to lambda_2, the slowest mode of W (for I - Laplacian: the Fiedler vector): its
// signs split the graph at its narrowest place. W z = lambda_2 z, sum_i pi_i z_i^2 = 1, the entry
// of largest size (the first of equals) positive. Where lambda_2 is multiple, one of many.
// Requires  two nodes or more. Errors as of spectrum().
std::vector<double> slowest_mode(const MixingMatrix& matrix);

// The ends of the spectrum of the Laplacian off the mean: l_2 the smallest nonzero eigenvalue, l_n
// the largest.
// One node has none; both are 1 then, so that W = I - a Lap stays finite.
struct LaplacianSpectrum {
  double l_2 = 1, l_n = 1;
  std::string method;
};
LaplacianSpectrum laplacian_spectrum(const Graph& graph);

}  // namespace starling
