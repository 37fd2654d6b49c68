#include "consensus/algorithms/local_steps.h"
#include "consensus/algorithms/programs.h"

namespace starling {

// K-GT, gradient tracking with local steps (= decentralised SCAFFOLD): every local step is
// corrected by c_i, which tends to the mean gradient less the own.
//
//   z_0 = x_t,  z_{e+1} = z_e - eta (grad f_i(z_e) + c_t),      e = 0 .. E - 1
//   v_t     = (x_t - z_E) / (E eta)
//   x_{t+1} = W x_t - E eta W v_t
//   c_{t+1} = c_t - v_t + W v_t,      c_0 = 0
//
// Invariant  mean of c_t = 0, so the mean of x takes the mean of all local gradients as its steps.
//            With E = 1 it is gradient_tracking in other coordinates.
// Mixes      2 vectors of d per step; x is under way during the local steps.
// Keeps      x, c: 2d per node.
// Source     Liu, Lin, Koloskova & Stich, arXiv 2301.01313 (2023). Departure: the outer step size
//            is 1; the start is c = 0, which needs no message.
template <class Real>
Program k_gt(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& c = self.state("c");
  while (co_await self.next_step()) {
    const Real eta = self.step_size(), path = eta * static_cast<Real>(self.local_steps());
    auto mixing_x = self.mix(x);
    const auto z = co_await local_steps(self, x, &c, eta);
    const auto v = self.evaluate((x - z) / path);
    auto mixing_v = self.mix(v);
    const auto& mixed = co_await mixing_v;
    x = co_await mixing_x;
    x -= path * mixed;
    c += mixed - v;
  }
}

template Program k_gt(Peer<float>&);
template Program k_gt(Peer<double>&);

}  // namespace starling
