#pragma once

#include <string>

#include "topology/mixing_matrix.h"

namespace starling {

// The ends of the spectrum of W off the mean: lambda_n <= ... <= lambda_2 < 1.
// The gap is stored, not lambda_2: on a ring of 10^5 nodes it is 1.3e-9, and 1 - lambda_2 would leave six digits.
// n = 1 has no eigenvalue off the mean; both ends are 0 then.
struct Spectrum {
  double gap_2 = 1;      // 1 - lambda_2
  double lambda_n = 0;
  double residual_2 = 0;  // |W v - lambda v| of the returned pair; 0 for a closed form
  double residual_n = 0;
  std::string method;     // "closed form", "dense", "lanczos", "shift-invert"

  double lambda_2() const { return 1 - gap_2; }
  double slem() const;  // max(|lambda_2|, |lambda_n|)
};

// Throws GraphError where no method reaches its tolerance: a number that may be wrong is not returned.
Spectrum spectrum(const MixingMatrix& matrix);

}  // namespace starling
