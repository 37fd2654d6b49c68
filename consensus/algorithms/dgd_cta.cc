#include "consensus/algorithms/programs.h"

namespace starling {

// Decentralised gradient descent, combine then adapt: the gradient is computed while the values
// travel.
//
//   x_{t+1} = W x_t - eta grad f(x_t)
//
// Invariant  mean of x_{t+1} = mean of x_t - eta mean of grad f_i(x_t).
// Limit      not the optimum: (I - W) x + eta grad f(x) = 0, off by O(eta / (1 - lambda_2)).
// Stable     eta < (1 + lambda_n) / L.
// Mixes      1 vector of d per step.
// Keeps      x: d per node.
// Source     Yuan, Ling & Yin, SIAM J. Optim. 2016; D-PSGD of Lian et al., NeurIPS 2017. Departure:
//            none.
template <class Real>
Program dgd_cta(Peer<Real>& self) {
  auto& x = self.state("x");
  while (co_await self.next_step()) {
    const Real eta = self.step_size();
    auto mixing = self.mix(x);
    auto gradient = self.gradient(x);
    x = (co_await mixing) - eta * (co_await gradient);
  }
}

template Program dgd_cta(Peer<float>&);
template Program dgd_cta(Peer<double>&);

}  // namespace starling
