#include "consensus/algorithms/local_steps.h"
#include "consensus/algorithms/programs.h"

namespace starling {

// Decentralised gradient descent, adapt then combine: step on the own objective, then mix. With
// local steps, E > 1, it is local DSGD (decentralised FedAvg).
//
//   z_0 = x_t,  z_{e+1} = z_e - eta grad f_i(z_e),      e = 0 .. E - 1
//   x_{t+1} = W z_E
//
// Invariant  mean of x_{t+1} = mean of z_E; for E = 1 mean of x_t - eta mean of grad f_i(x_t).
// Limit      not the optimum, for E = 1 x = W (x - eta grad f(x)); off by
//            O(E eta / (1 - lambda_2)).
// Stable     eta < 2 / L.
// Mixes      1 vector of d per step.
// Keeps      x: d per node.
// Source     Nedic & Ozdaglar, IEEE TAC 2009; Chen & Sayed 2012 (the order of the two). Departure:
//            none.
template <class Real>
Program dgd_atc(Peer<Real>& self) {
  auto& x = self.state("x");
  while (co_await self.next_step()) {
    const auto z = co_await local_steps(self, x);
    x = co_await self.mix(z);
  }
}

template Program dgd_atc(Peer<float>&);
template Program dgd_atc(Peer<double>&);

}  // namespace starling
