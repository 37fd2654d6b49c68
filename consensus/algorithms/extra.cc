#include "consensus/algorithms/programs.h"

namespace starling {

// EXTRA in its one-vector form: dgd_cta with a correction y that grows until the nodes agree.
//
//   x_{t+1} = W x_t - eta grad f(x_t) - y_t
//   y_{t+1} = y_t + (x_t - W x_t) / 2,      y_0 = 0
//
// Invariant  mean of y_t = 0, so the mean of x takes a plain gradient step. At the optimum y_i =
//            -eta grad f_i(x*).
// Stable     eta < (5 + 3 lambda_n) / (4 L), sharp.
// Mixes      1 vector of d per step.
// Keeps      x, y: 2d per node.
// Source     Shi, Ling, Wu & Yin, SIAM J. Optim. 25 (2015), Alg. 1; bound: Li & Yan 2021.
//            Departure: the equivalent form with y in place of the previous iterate and gradient
//            (one vector less to keep).
template <class Real>
Program extra(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& y = self.state("y");
  while (co_await self.next_step()) {
    const Real eta = self.step_size();
    auto mixing = self.mix(x);
    auto gradient = self.gradient(x);
    const auto& mixed = co_await mixing;
    const auto& g = co_await gradient;
    const auto previous = x;
    x = mixed - eta * g - y;
    y += (previous - mixed) / Real(2);
  }
}

template Program extra(Peer<float>&);
template Program extra(Peer<double>&);

}  // namespace starling
