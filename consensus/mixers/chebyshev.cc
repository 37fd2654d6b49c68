#include "consensus/mixers/mixer.h"
#include "topology/contraction.h"

namespace starling {

// Accelerated gossip: K steps with the contraction of the best degree-K polynomial in W.
//
//   a = lambda_n, b = lambda_2, s = 2 - a - b, r = (b - a) / s
//   op(v) = (2 W v - (a + b) v) / s = v + (2 / s) sum_j w_ij (v_j - v)
//   y_1 = op(y_0);  omega = 2;  then each step  omega <- 1 / (1 - r^2 omega / 4),
//   y_{k+1} = y_{k-1} + omega (op(y_k) - y_{k-1})
//
// We carry omega, not T_k: the latter overflows a float on good graphs after about a hundred steps.
// Contraction 1 / T_K(1 / r), attained; the spectrum of P_K(W) lies in [-contraction, contraction].
// Requires  W reversible and unchanged for all K steps. An interval that does not hold the spectrum
// amplifies. Source    Golub & Varga 1961; as gossip Scaman et al., ICML 2017.
MixPlan chebyshev_mix(const Spectrum& spectrum, int steps) {
  const double s = spectrum.gap_2 + (1 - spectrum.lambda_n);
  const double r = (spectrum.lambda_2() - spectrum.lambda_n) / s;
  MixPlan plan;
  plan.scale = 2 / s;
  plan.omega.push_back(0);
  double omega = 2;
  for (int k = 1; k < steps; ++k) {
    omega = 1 / (1 - r * r * omega / 4);
    plan.omega.push_back(omega);
  }
  plan.contraction = chebyshev_contraction(spectrum, steps);
  plan.low = -plan.contraction;
  plan.high = plan.contraction;
  return plan;
}

}  // namespace starling
