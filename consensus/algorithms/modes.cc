#include "consensus/algorithms/modes.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace starling {
namespace {

ModeMatrix matrix_of(int size, std::initializer_list<double> entries) {
  ModeMatrix m(size, size);
  auto entry = entries.begin();
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) m(i, j) = *entry++;
  return m;
}

// E local steps  z+ = (1 - eta l) z - s  take x to  kept x - shifted s.
struct LocalPath {
  double kept = 1, shifted = 0;
};
LocalPath local_path(const Agreement& a, double l) {
  LocalPath path;
  for (int step = 0; step < a.local_steps; ++step) {
    path.shifted += path.kept;
    path.kept *= 1 - a.step_size * l;
  }
  return path;
}

// The mean takes plain gradient steps.
ModeMatrix descent(const Agreement& a, double l) { return matrix_of(1, {local_path(a, l).kept}); }

// (x, y):  h = kept x - shifted y / E,  x+ = (1 + w) h / 2,  y+ = y + (1 - w) h / 2
ModeMatrix exact_diffusion_mode(const Agreement& a, double w, double l) {
  const auto [kept, shifted] = local_path(a, l);
  const double s = shifted / a.local_steps;
  return matrix_of(2,
                   {(1 + w) / 2 * kept, -(1 + w) / 2 * s, (1 - w) / 2 * kept, 1 - (1 - w) / 2 * s});
}

// (x, c):  z = kept x - eta shifted c,  v = (x - z) / (E eta),  x+ = w z,  c+ = c - (1 - w) v
ModeMatrix k_gt_mode(const Agreement& a, double w, double l) {
  const auto [kept, shifted] = local_path(a, l);
  const double path = a.step_size * a.local_steps;
  return matrix_of(2, {w * kept, -w * a.step_size * shifted,  //
                       -(1 - w) * (1 - kept) / path, 1 - (1 - w) * shifted / a.local_steps});
}

// (x, y):  x+ = w x - eta l x - y,  y+ = y + (1 - w) x / 2
ModeMatrix extra_mode(const Agreement& a, double w, double l) {
  return matrix_of(2, {w - a.step_size * l, -1, (1 - w) / 2, 1});
}

// (x, y):  x+ = w (x - eta y),  y+ = w y + l (x+ - x);  on the mean y = l x
ModeMatrix tracking_mode(const Agreement& a, double w, double l) {
  return matrix_of(2, {w, -w * a.step_size, l * (w - 1), w - l * w * a.step_size});
}

double momentum(const Agreement& agreement) {
  const double a = std::sqrt(agreement.constants.global_strong_convexity * agreement.step_size);
  return (1 - a) / (1 + a);
}

// (x, y), on the mean:  x+ = (1 - eta l) y,  y+ = x+ + beta (x+ - x)
ModeMatrix nesterov(const Agreement& a, double l) {
  const double q = 1 - a.step_size * l, beta = momentum(a);
  return matrix_of(2, {0, q, -beta, (1 + beta) * q});
}

// (x, y, p), p the y before:  x+ = w (y + x - p - eta l (y - p)),  y+ = x+ + beta (x+ - x),  p+ = y
ModeMatrix mudag_mode(const Agreement& a, double w, double l) {
  const double q = 1 - a.step_size * l, beta = momentum(a), more = 1 + beta;
  return matrix_of(3, {w, w * q, -w * q,                              //
                       more * w - beta, more * w * q, -more * w * q,  //
                       0, 1, 0});
}

// Weakest mix of mudag: catalogue C.7, converges from about 0.13 down.
const StepModes kStepModes[] = {
    {"exact_diffusion", 1, 0, 1, descent, exact_diffusion_mode},
    {"extra", 1, 1, 1, descent, extra_mode},
    {"gradient_tracking", 2, 1, 1, descent, tracking_mode},
    {"k_gt", 2, 1, 1, descent, k_gt_mode, "gradient_tracking"},
    {"mudag", 1, 0, 0.13, nesterov, mudag_mode},
};

double spectral_radius(const ModeMatrix& m) {
  if (m.rows() == 1) return std::abs(m(0, 0));
  if (m.rows() == 2) {
    const double half = (m(0, 0) + m(1, 1)) / 2, det = m(0, 0) * m(1, 1) - m(0, 1) * m(1, 0);
    const double square = half * half - det;
    return square < 0 ? std::sqrt(det) : std::abs(half) + std::sqrt(square);
  }
  return Eigen::EigenSolver<ModeMatrix>(m, false).eigenvalues().cwiseAbs().maxCoeff();
}

}  // namespace

std::span<const StepModes> step_modes() { return kStepModes; }

const StepModes* find_step_modes(std::string_view algorithm) {
  for (const StepModes& modes : kStepModes)
    if (modes.algorithm == algorithm) return &modes;
  return nullptr;
}

double rate_per_step(const StepModes& modes, const Agreement& agreement) {
  constexpr int kHessian = 9, kMix = 5;  // the worst modes lie at the ends, or close to them
  const double top = agreement.constants.smoothness, least = agreement.constants.strong_convexity;
  double rate = agreement.mix.contraction > modes.weakest_mix ? 1 : 0;
  for (int i = 0; i < kHessian; ++i) {
    const double l = least * std::pow(top / least, i / double{kHessian - 1});
    rate = std::max(rate, spectral_radius(modes.mean(agreement, l)));
    for (int j = 0; j < kMix; ++j) {
      const double w =
          agreement.mix.low + (agreement.mix.high - agreement.mix.low) * j / double{kMix - 1};
      rate = std::max(rate, spectral_radius(modes.disagreement(agreement, w, l)));
    }
  }
  return rate;
}

}  // namespace starling
