#include "consensus/algorithms/programs.h"
#include "consensus/optimizers/descend.h"

namespace starling {

// Gradient tracking, semi adapt-then-combine: each node follows an estimate of the average
// gradient, not its own.
//
//   x_{t+1} = W (x_t - eta y_t)      with an optimizer: W (its step from x_t along y_t)
//   y_{t+1} = W y_t + grad f(x_{t+1}) - grad f(x_t),      y_0 = grad f(x_0)
//
// Invariant  mean over nodes of y_t = mean over nodes of grad f_i(x_t), in every step (pi-means if
//            W is pi-reversible).
// Mixes      2 vectors of d per step, both at once.
// Keeps      x, y, g: 3d per node.
// Source     Qu & Li, IEEE TCNS 2018; Xu et al. 2015. Departure: none.
template <class Real>
Program gradient_tracking(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& y = self.state("y");
  auto& g = self.state("g");
  if (self.fresh()) {
    g = co_await self.gradient(x);
    y = g;
  }
  while (co_await self.next_step()) {
    const auto z = descend(self, x, y);
    auto mixing_x = self.mix(z);
    auto mixing_y = self.mix(y);
    x = co_await mixing_x;
    const auto previous = g;
    g = co_await self.gradient(x);
    y = (co_await mixing_y) + g - previous;
  }
}

template Program gradient_tracking(Peer<float>&);
template Program gradient_tracking(Peer<double>&);

}  // namespace starling
