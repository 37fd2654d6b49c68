#include "consensus/algorithms/programs.h"

namespace starling {

// Pure consensus: every node ends with the pi-mean of the given vectors v_i.
//
//   x_0 = v_i = -grad f_i(0)      of the objective f_i(x) = |x - v_i|^2 / 2
//   x_{t+1} = P_K(W) x_t
//
// Invariant  the pi-mean of x, in every step.
// Mixes      1 vector of d per step.
// Keeps      x: d per node.
// Source     Xiao & Boyd 2004. Departure: none. It begins again from its inputs, not from where x
//            stands.
template <class Real>
Program average(Peer<Real>& self) {
  auto& x = self.state("x");
  if (self.fresh()) {
    x.setZero();
    x = co_await self.gradient(x);
    x = -x;
  }
  while (co_await self.next_step()) x = co_await self.mix(x);
}

template Program average(Peer<float>&);
template Program average(Peer<double>&);

}  // namespace starling
