#include "topology/contraction.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace starling {
namespace {

// acosh(xi) with xi = 1 + t, t = 2 gap_2 / (b - a): for small t, acosh(1 + t) from xi has lost half
// its digits.
double log_growth(const Spectrum& spectrum) {
  const double width = 1 - spectrum.gap_2 - spectrum.lambda_n;  // b - a
  if (width <= 0) return HUGE_VAL;
  const double t = 2 * spectrum.gap_2 / width;
  return std::log1p(t + std::sqrt(t * (t + 2)));
}

// The least K >= 0 with contraction(K) <= target, from a guess that is off by rounding at most.
template <class Contraction>
long long least_steps(double guess, double target, Contraction contraction) {
  if (!(guess < 9e18))
    throw GraphError("no number of gossip steps reaches a contraction of " +
                     std::to_string(target) + ": the spectral gap is zero");
  auto steps = std::max(0LL, static_cast<long long>(std::ceil(guess)));
  while (steps > 0 && contraction(steps - 1) <= target) --steps;
  while (contraction(steps) > target) ++steps;
  return steps;
}

double power(const Spectrum& spectrum, double steps) {
  if (steps == 0) return 1;
  return std::exp(steps * std::log1p(-spectrum.gap()));
}

double chebyshev(const Spectrum& spectrum, double steps) {
  if (steps == 0) return 1;
  return 1 / std::cosh(steps * log_growth(spectrum));
}

}  // namespace

double plain_contraction(const Spectrum& spectrum, int steps) { return power(spectrum, steps); }

double chebyshev_contraction(const Spectrum& spectrum, int steps) {
  return chebyshev(spectrum, steps);
}

long long plain_steps(const Spectrum& spectrum, double target) {
  if (target >= 1) return 0;
  const double guess = std::log(target) / std::log1p(-spectrum.gap());
  return least_steps(guess, target, [&](long long steps) {
    return power(spectrum, static_cast<double>(steps));
  });
}

long long chebyshev_steps(const Spectrum& spectrum, double target) {
  if (target >= 1) return 0;
  const double guess = std::acosh(1 / target) / log_growth(spectrum);
  return least_steps(guess, target, [&](long long steps) {
    return chebyshev(spectrum, static_cast<double>(steps));
  });
}

}  // namespace starling
