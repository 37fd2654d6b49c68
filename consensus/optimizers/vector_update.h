#pragma once

// One update of a whole vector, as a CPU's loop and a GPU's kernel both take it; C++17 like
// update.h.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "consensus/optimizers/update.h"

namespace starling {

//   g_k = scale gradient_k, within [-bound, bound];   + decay x_k, or x_k shrunk by it (AdamW)
//   to_k = update(from_k, g_k, states_k) - share shift_k
template <class Real>
struct VectorUpdate {
  UpdateFactors<Real> factors;
  const Real* from;
  const Real* gradient;
  const Real* shift;  // null: none
  Real share;
  Real scale, bound, decay;
  Real* states[3];
  Real* to;
  std::size_t size;
};

// Entry k of it.
template <class Real, class Update, bool decoupled>
STARLING_HOST_DEVICE inline void update_entry(const VectorUpdate<Real>& u, Real kept,
                                              std::size_t k) {
  Real x = u.from[k], g = u.scale * u.gradient[k];
  g = g < -u.bound ? -u.bound : g > u.bound ? u.bound : g;
  if constexpr (decoupled)
    x *= kept;
  else
    g += u.decay * x;
  Real states[3];
  for (int s = 0; s < Update::kStates; ++s) states[s] = u.states[s][k];
  Update::apply(u.factors, g, x, states);
  for (int s = 0; s < Update::kStates; ++s) u.states[s][k] = states[s];
  u.to[k] = u.shift ? x - u.share * u.shift[k] : x;
}

// What is left of x by decoupled decay.
template <class Real>
Real kept_by_decay(const VectorUpdate<Real>& u, bool decoupled) {
  return decoupled ? 1 - u.factors.step_size * u.decay : Real(1);
}

// What the settings of an optimizer say of its update number t = 1, 2, ...
template <class Real, class Settings>
void set_numbers(VectorUpdate<Real>& u, const Settings& o, double t) {
  u.factors.momentum = static_cast<Real>(o.momentum);
  u.factors.beta_1 = static_cast<Real>(o.beta_1);
  u.factors.beta_2 = static_cast<Real>(o.beta_2);
  u.factors.epsilon = static_cast<Real>(o.epsilon);
  u.factors.unbias_1 = static_cast<Real>(1 - std::pow(o.beta_1, t));
  u.factors.root_unbias_2 = static_cast<Real>(std::sqrt(1 - std::pow(o.beta_2, t)));
  u.bound =
      o.clip_value > 0 ? static_cast<Real>(o.clip_value) : std::numeric_limits<Real>::infinity();
  u.decay = static_cast<Real>(o.weight_decay);
}

}  // namespace starling
