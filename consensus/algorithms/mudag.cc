#include <cmath>

#include "consensus/algorithms/programs.h"

namespace starling {

// Mudag: Nesterov's method on the mean, tracked by one strong mix per step. The accelerated one.
//
//   u_t     = y_t + (x_t - y_{t-1}) - eta (grad f(y_t) - grad f(y_{t-1}))
//   x_{t+1} = P_K(W) u_t
//   y_{t+1} = x_{t+1} + beta (x_{t+1} - x_t),      beta = (1 - a) / (1 + a),  a = sqrt(mu eta)
//   x_0 = y_0 = y_{-1},  grad f(y_{-1}) := 0;  mu of the mean objective
//
// Invariant  mean of x_{t+1} = mean of y_t - eta mean of grad f_i(y_t): exactly Nesterov's step.
// Requires   mu > 0. The mix must contract by about 0.13 or better ("steps = auto" gives 0.05):
//            with less it diverges.
// Mixes      1 vector of d per step, K gossip steps.
// Keeps      x, y, y_previous, g_previous: 4d per node.
// Source     Ye, Luo, Zhou & Zhang, JMLR 24 (2023), Alg. 1. Departure: Chebyshev steps in place of
//            FastMix; the start need not be common to all nodes, the invariant holds from any x_0.
template <class Real>
Program mudag(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& y = self.state("y");
  auto& y_previous = self.state("y_previous");
  auto& g_previous = self.state("g_previous");
  const Real eta = self.step_size();
  const double a = std::sqrt(self.constants().global_strong_convexity * self.exact_step_size());
  const Real beta = static_cast<Real>((1 - a) / (1 + a));
  if (self.fresh()) {
    y = x;
    y_previous = x;
  }
  while (co_await self.next_step()) {
    auto gradient = self.gradient(y);
    const auto& g = co_await gradient;
    auto mixing = self.mix(y + (x - y_previous) - eta * (g - g_previous));
    y_previous = y;
    g_previous = g;
    const auto previous = x;
    x = co_await mixing;
    y = x + beta * (x - previous);
  }
}

template Program mudag(Peer<float>&);
template Program mudag(Peer<double>&);

}  // namespace starling
