#include "consensus/algorithms/programs.h"

namespace starling {

// Exact diffusion (= NIDS for smooth objectives = D2 with a lazy W): dgd_atc with its bias removed,
// at no extra message.
//
//   h_t     = x_t - eta grad f(x_t) - y_t
//   x_{t+1} = (h_t + W h_t) / 2
//   y_{t+1} = y_t + h_t - x_{t+1},          y_0 = 0
//
// h_t - x_{t+1} is computed as (h_t - W h_t) / 2: it vanishes as the nodes agree, while h_t -
// x_{t+1} would add the rounding of x_{t+1} to the mean of y in every step (in float, 1e-4 in x
// after 1500).
//
// Invariant  mean of y_t = 0, so the mean of x takes a plain gradient step.
// Stable     eta < 2 / L on every graph, sharp.
// Mixes      1 vector of d per step.
// Keeps      x, y: 2d per node.
// Source     Yuan, Ying, Zhao & Sayed, IEEE TSP 67 (2019); Li, Shi & Yan, IEEE TSP 67 (2019), Alg.
//            1. Departure: the equivalent form with y in place of the previous psi.
template <class Real>
Program exact_diffusion(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& y = self.state("y");
  while (co_await self.next_step()) {
    const Real eta = self.step_size();
    auto gradient = self.gradient(x);
    const auto& g = co_await gradient;
    const auto h = self.evaluate(x - eta * g - y);
    auto mixing = self.mix(h);
    const auto& mixed = co_await mixing;
    x = (h + mixed) / Real(2);
    y += (h - mixed) / Real(2);
  }
}

template Program exact_diffusion(Peer<float>&);
template Program exact_diffusion(Peer<double>&);

}  // namespace starling
