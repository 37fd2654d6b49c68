#include "consensus/algorithms/local_steps.h"
#include "consensus/algorithms/programs.h"

namespace starling {

// Exact diffusion (= NIDS for smooth objectives = D2 with a lazy W): dgd_atc with its bias removed,
// at no extra message. With local steps, E > 1, it is LED (local exact diffusion).
//
//   h_t     = x_t after E times  z <- z - eta grad f_i(z) - y_t / E
//   x_{t+1} = (h_t + W h_t) / 2
//   y_{t+1} = y_t + h_t - x_{t+1},          y_0 = 0
//
// h_t - x_{t+1} is computed as (h_t - W h_t) / 2: it vanishes as the nodes agree, while h_t -
// x_{t+1} would add the rounding of x_{t+1} to the mean of y in every step (in float, 1e-4 in x
// after 1500).
//
// Invariant  mean of y_t = 0, so the mean of x takes the mean of the local gradients as its steps.
// Stable     eta < 2 / L on every graph, sharp, for E = 1.
// Mixes      1 vector of d per step.
// Keeps      x, y: 2d per node.
// Source     Yuan, Ying, Zhao & Sayed, IEEE TSP 67 (2019); Li, Shi & Yan, IEEE TSP 67 (2019), Alg.
//            1; Alghunaim, IEEE TAC 69 (2024), for LED. Departure: the equivalent form with y in
//            place of the previous psi.
template <class Real>
Program exact_diffusion(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& y = self.state("y");
  while (co_await self.next_step()) {
    const Real share = Real(1) / static_cast<Real>(self.local_steps());
    const auto h = co_await local_steps(self, x, &y, share);
    auto mixing = self.mix(h);
    const auto& mixed = co_await mixing;
    x = (h + mixed) / Real(2);
    y += (h - mixed) / Real(2);
  }
}

template Program exact_diffusion(Peer<float>&);
template Program exact_diffusion(Peer<double>&);

}  // namespace starling
