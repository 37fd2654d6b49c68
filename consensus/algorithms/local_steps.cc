#include "consensus/algorithms/local_steps.h"

namespace starling {

template <class Real>
Task<Vector<Real>> local_steps(Peer<Real>& self, const Vector<Real>& x, const Vector<Real>* shift,
                               Real share) {
  auto& start = x;
  const Vector<Real>* from = &start;
  Vector<Real> z;
  for (int step = 0; step < self.local_steps(); ++step) {
    auto gradient = self.gradient(*from);
    const auto& g = co_await gradient;
    const Real eta = self.step_size();
    z = shift ? self.evaluate(*from - eta * g - share * *shift) : self.evaluate(*from - eta * g);
    from = &z;
  }
  co_return std::move(z);
}

template Task<Vector<float>> local_steps(Peer<float>&, const Vector<float>&, const Vector<float>*,
                                         float);
template Task<Vector<double>> local_steps(Peer<double>&, const Vector<double>&,
                                          const Vector<double>*, double);

}  // namespace starling
