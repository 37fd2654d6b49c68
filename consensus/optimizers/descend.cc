#include "consensus/optimizers/descend.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "consensus/optimizers/lbfgs.h"
#include "consensus/optimizers/optimizer.h"

namespace starling {
namespace {

// The factor that brings |g| down to the configured norm.
template <class Real>
double clipping(const Peer<Real>& self, const Vector<Real>& g, double most) {
  if (most == 0) return 1;
  const double norm = std::sqrt(self.dot(g, g));
  return norm > most ? most / norm : 1;
}

// The vectors the optimizer keeps, and how many updates have made them once `count` more have.
template <class Real>
double states_after(Peer<Real>& self, const OptimizerEntry& entry, int count, Real* states[3]) {
  static constexpr const char* kNames[] = {"optimizer.0", "optimizer.1", "optimizer.2"};
  if (entry.states == 0) return 0;
  for (int s = 0; s < entry.states; ++s) states[s] = self.state(kNames[s]).data();
  return static_cast<double>(self.state("optimizer.t", 1)[0] += static_cast<Real>(count));
}

// The gradient as clipped and decayed, out of the update and into what L-BFGS makes of it.
template <class Real>
Vector<Real> quasi_newton(Peer<Real>& self, const Vector<Real>& from, const Vector<Real>& g,
                          VectorUpdate<Real>& update) {
  const Vector<Real> whole = self.evaluate(
      (update.scale * g).cwiseMax(-update.bound).cwiseMin(update.bound) + update.decay * from);
  update.scale = 1;
  update.bound = std::numeric_limits<Real>::infinity();
  update.decay = 0;
  return lbfgs(self, from, whole, self.agreement().optimizer.history);
}

}  // namespace

template <class Real>
Vector<Real> descend(Peer<Real>& self, const Vector<Real>& from, const Vector<Real>& g,
                     const Vector<Real>* shift, Real share) {
  const OptimizerSettings& o = self.agreement().optimizer;
  const OptimizerEntry& entry = *find_optimizer(o.kind);
  Vector<Real> to(self.pool(), from.size());
  VectorUpdate<Real> update{};
  set_numbers(update, o, states_after(self, entry, 1, update.states));
  update.factors.step_size = self.step_size();
  update.from = from.data();
  update.gradient = g.data();
  update.shift = shift ? shift->data() : nullptr;
  update.share = share;
  update.scale = static_cast<Real>(clipping(self, g, o.clip_norm));
  Vector<Real> direction;
  if (entry.quasi_newton) {
    direction = quasi_newton(self, from, g, update);
    update.gradient = direction.data();
  }
  update.to = to.data();
  update.size = static_cast<std::size_t>(from.size());
  if constexpr (sizeof(Real) == sizeof(float))
    entry.update_float(update);
  else
    entry.update_double(update);
  return to;
}

template <class Real>
starling_local_steps updates(Peer<Real>& self, int count, const Vector<Real>* shift, Real share) {
  const OptimizerSettings& o = self.agreement().optimizer;
  const OptimizerEntry& entry = *find_optimizer(o.kind);
  if (entry.quasi_newton)
    throw SettingsError("shared.optimizer.kind = \"" + o.kind +
                        "\": not where the objective takes the local steps itself");
  Real* states[3]{};
  const double after = states_after(self, entry, count, states);
  starling_local_steps steps{};
  steps.steps = static_cast<std::uint64_t>(count);
  steps.step_size = static_cast<double>(self.step_size());
  steps.shift = shift ? shift->data() : nullptr;
  steps.share = share;
  steps.optimizer = {o.kind.c_str(), o.momentum,     o.beta_1,    o.beta_2,
                     o.epsilon,      o.weight_decay, o.clip_norm, o.clip_value};
  std::copy(states, states + 3, steps.states);
  steps.updates = after > 0 ? static_cast<std::uint64_t>(after) - steps.steps : 0;
  return steps;
}

template starling_local_steps updates(Peer<float>&, int, const Vector<float>*, float);
template starling_local_steps updates(Peer<double>&, int, const Vector<double>*, double);
template Vector<float> descend(Peer<float>&, const Vector<float>&, const Vector<float>&,
                               const Vector<float>*, float);
template Vector<double> descend(Peer<double>&, const Vector<double>&, const Vector<double>&,
                                const Vector<double>*, double);

}  // namespace starling
