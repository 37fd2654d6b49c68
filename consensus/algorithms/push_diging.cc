#include "consensus/algorithms/programs.h"

namespace starling {

// Push-DIGing: gradient tracking on a directed graph, de-biased by push-sum.
//
//   u_{t+1} = C (u_t - eta y_t),   v_{t+1} = C v_t,   x_{t+1} = u_{t+1} / v_{t+1}
//   y_{t+1} = C y_t + grad f(x_{t+1}) - grad f(x_t)
//   u_0 = x_0,  v_0 = 1,  y_0 = grad f(x_0)            z = (u, v), one vector of d + 1
//
// Invariant  sum over nodes of y_t = sum over nodes of grad f_i(x_t), sum of v = n, in every step.
// Mixes      2 vectors per step, of d + 1 and of d, both at once.
// Keeps      x, z, y, g: 4d + 1 per node.
// Requires   a strongly connected graph, columns of C sum to one, a positive diagonal; C may
//            change.
// Source     Nedic, Olshevsky & Shi, SIAM J. Opt. 27 (2017). Departure: none.
template <class Real>
Program push_diging(Peer<Real>& self) {
  auto& x = self.state("x");
  const Eigen::Index d = x.size();
  auto& z = self.state("z", d + 1);
  auto& y = self.state("y");
  auto& g = self.state("g");
  if (self.fresh()) {
    g = co_await self.gradient(x);
    y = g;
    z.head(d) = x;
    z[d] = 1;
  }
  while (co_await self.next_step()) {
    z.head(d) -= self.step_size() * y;
    auto mixing_z = self.mix(z);
    auto mixing_y = self.mix(y);
    z = co_await mixing_z;
    x = z.head(d) / z[d];
    const auto previous = g;
    g = co_await self.gradient(x);
    y = (co_await mixing_y) + g - previous;
  }
}

template Program push_diging(Peer<float>&);
template Program push_diging(Peer<double>&);

}  // namespace starling
