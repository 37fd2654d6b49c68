#include "consensus/algorithms/local_steps.h"

#include "consensus/optimizers/descend.h"

namespace starling {

template <class Real>
Task<Vector<Real>> local_steps(Peer<Real>& self, const Vector<Real>& x, const Vector<Real>* shift,
                               Real share) {
  auto& start = x;
  if (self.objective_takes_steps()) {
    auto steps = self.local_steps(start, updates(self, self.local_steps(), shift, share));
    co_return self.evaluate(co_await steps);
  }
  const Vector<Real>* from = &start;
  Vector<Real> z;
  for (int step = 0; step < self.local_steps(); ++step) {
    auto gradient = self.gradient(*from);
    const auto& g = co_await gradient;
    z = descend(self, *from, g, shift, share);
    from = &z;
  }
  co_return std::move(z);
}

template Task<Vector<float>> local_steps(Peer<float>&, const Vector<float>&, const Vector<float>*,
                                         float);
template Task<Vector<double>> local_steps(Peer<double>&, const Vector<double>&,
                                          const Vector<double>*, double);

}  // namespace starling
