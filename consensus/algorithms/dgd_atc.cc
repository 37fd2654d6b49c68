#include "consensus/algorithms/programs.h"

namespace starling {

// Decentralised gradient descent, adapt then combine: step on the own objective, then mix.
//
//   x_{t+1} = W (x_t - eta grad f(x_t))
//
// Invariant  mean of x_{t+1} = mean of x_t - eta mean of grad f_i(x_t).
// Limit      not the optimum: x = W (x - eta grad f(x)), off by O(eta / (1 - lambda_2)).
// Stable     eta < 2 / L.
// Mixes      1 vector of d per step.
// Keeps      x: d per node.
// Source     Nedic & Ozdaglar, IEEE TAC 2009; Chen & Sayed 2012 (the order of the two). Departure:
//            none.
template <class Real>
Program dgd_atc(Peer<Real>& self) {
  auto& x = self.state("x");
  while (co_await self.next_step()) {
    const Real eta = self.step_size();
    auto gradient = self.gradient(x);
    const auto& g = co_await gradient;
    x = co_await self.mix(x - eta * g);
  }
}

template Program dgd_atc(Peer<float>&);
template Program dgd_atc(Peer<double>&);

}  // namespace starling
