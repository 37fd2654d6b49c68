#include <algorithm>
#include <cmath>

#include "consensus/mixers/mixer.h"
#include "topology/contraction.h"

namespace starling {

// Plain gossip: y_{k+1} = W y_k, K times. Contraction slem^K.
// Source    Xiao & Boyd, Syst. Control Lett. 53 (2004).
MixPlan plain_mix(const Spectrum& spectrum, int steps) {
  MixPlan plan;
  plan.omega.assign(static_cast<std::size_t>(steps), 0.0);
  plan.contraction = plain_contraction(spectrum, steps);
  const double first = std::pow(spectrum.lambda_2(), steps),
               last = std::pow(spectrum.lambda_n, steps);
  plan.low = std::min(first, last);
  plan.high = std::max(first, last);
  // An even power folds the negative eigenvalues up: between the two ends it comes down to zero.
  if (steps % 2 == 0 && spectrum.lambda_n < 0) plan.low = 0;
  return plan;
}

}  // namespace starling
