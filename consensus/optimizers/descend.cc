#include "consensus/optimizers/descend.h"

#include <cmath>
#include <limits>

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

}  // namespace

template <class Real>
Vector<Real> descend(Peer<Real>& self, const Vector<Real>& from, const Vector<Real>& g,
                     const Vector<Real>* shift, Real share) {
  const OptimizerSettings& o = self.agreement().optimizer;
  const OptimizerEntry& entry = *find_optimizer(o.kind);
  Vector<Real> to(self.pool(), from.size());
  VectorUpdate<Real> update{};
  if (entry.states > 0) {
    static constexpr const char* kNames[] = {"optimizer.0", "optimizer.1", "optimizer.2"};
    for (int s = 0; s < entry.states; ++s) update.states[s] = self.state(kNames[s]).data();
    const auto t = static_cast<double>(self.state("optimizer.t", 1)[0] += 1);
    update.factors.unbias_1 = static_cast<Real>(1 - std::pow(o.beta_1, t));
    update.factors.root_unbias_2 = static_cast<Real>(std::sqrt(1 - std::pow(o.beta_2, t)));
  }
  update.factors.step_size = self.step_size();
  update.factors.momentum = static_cast<Real>(o.momentum);
  update.factors.beta_1 = static_cast<Real>(o.beta_1);
  update.factors.beta_2 = static_cast<Real>(o.beta_2);
  update.factors.epsilon = static_cast<Real>(o.epsilon);
  update.from = from.data();
  update.gradient = g.data();
  update.shift = shift ? shift->data() : nullptr;
  update.share = share;
  update.scale = static_cast<Real>(clipping(self, g, o.clip_norm));
  update.bound =
      o.clip_value > 0 ? static_cast<Real>(o.clip_value) : std::numeric_limits<Real>::infinity();
  update.decay = static_cast<Real>(o.weight_decay);
  update.to = to.data();
  update.size = static_cast<std::size_t>(from.size());
  if constexpr (sizeof(Real) == sizeof(float))
    entry.update_float(update);
  else
    entry.update_double(update);
  return to;
}

template Vector<float> descend(Peer<float>&, const Vector<float>&, const Vector<float>&,
                               const Vector<float>*, float);
template Vector<double> descend(Peer<double>&, const Vector<double>&, const Vector<double>&,
                                const Vector<double>*, double);

}  // namespace starling
