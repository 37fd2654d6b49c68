#pragma once

#include "topology/spectrum.h"

namespace starling {

// Worst-case factor on the disagreement over one mix of K gossip steps, both attained.
//   plain:      slem^K
//   chebyshev:  1 / T_K(xi),  xi = (2 - a - b) / (b - a),  a = lambda_n, b = lambda_2
//   (catalogue B.1)
double plain_contraction(const Spectrum& spectrum, int steps);
double chebyshev_contraction(const Spectrum& spectrum, int steps);

// The least K with contraction <= target; throws GraphError when none exists (slem = 1).
long long plain_steps(const Spectrum& spectrum, double target);
long long chebyshev_steps(const Spectrum& spectrum, double target);

}  // namespace starling
