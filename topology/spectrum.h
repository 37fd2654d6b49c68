#pragma once

#include <string>

#include "topology/mixing_matrix.h"

namespace starling {

// The ends of the spectrum of W off the mean: lambda_n <= ... <= lambda_2 < 1.
// The gap is stored, not lambda_2: on a ring of 10^5 nodes it is 1.3e-9, and 1 - lambda_2 would
// leave six digits.
// n = 1 has no eigenvalue off the mean; both ends are 0 then.
struct Spectrum {
  double gap_2 = 1;      // 1 - lambda_2
  double lambda_n = 0;
  double residual_2 = 0;  // |W v - lambda v| of the returned pair, |v| = 1; 0 for a closed form
  double residual_n = 0;
  std::string method;     // "closed form", "dense", "lanczos", "shift-invert"

  double lambda_2() const { return 1 - gap_2; }
  double slem() const;  // max(|lambda_2|, |lambda_n|)
  double gap() const;   // 1 - slem, without the cancellation
};

// Closed form where the graph is recognised and all weights are equal, dense up to 1000 nodes,
// Lanczos with the stationary vector deflated, inverse iteration by sparse Cholesky where Lanczos
// crawls. Norms are those in which W is symmetric: |v|^2 = sum_i pi_i v_i^2.
// Errors    GraphError for a disconnected graph, a W that does not contract, and where no method
//           reaches its tolerance: a number that may be wrong is not returned.
Spectrum spectrum(const MixingMatrix& matrix);

// The ends of the spectrum of the Laplacian off the mean: l_2 the smallest nonzero eigenvalue, l_n
// the largest.
// One node has none; both are 1 then, so that W = I - a Lap stays finite.
struct LaplacianSpectrum {
  double l_2 = 1, l_n = 1;
  std::string method;
};
LaplacianSpectrum laplacian_spectrum(const Graph& graph);

}  // namespace starling
