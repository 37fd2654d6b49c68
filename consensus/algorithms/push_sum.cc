#include "consensus/algorithms/programs.h"

namespace starling {

// Push-sum: the mean of given vectors on a directed graph, where a sender need only know how many
// targets it has. What was sent is divided by how much was sent.
//
//   s_0 = v_i,  w_0 = 1         z = (s, w), one vector of d + 1
//   z_{t+1} = C^K z_t           columns of C sum to one
//   x_t = s_t / w_t
//
// Invariant  sum over nodes of s = sum of v_i, sum of w = n, in every step. The error of x falls
//            like the K-th power of C's second eigenvalue modulus. Where rows of W sum to one, too,
//            w stays 1 and this is `average`.
// Mixes      1 vector of d + 1 per step.
// Keeps      x, z: 2d + 1 per node.
// Requires   a strongly connected graph, C with a positive diagonal.
// Source     Kempe, Dobra & Gehrke, FOCS 2003. Departure: every node sends to all its targets in
//            every round, not to one chosen at random. It begins again from its inputs.
template <class Real>
Program push_sum(Peer<Real>& self) {
  auto& x = self.state("x");
  const Eigen::Index d = x.size();
  auto& z = self.state("z", d + 1);
  if (self.fresh()) {
    x.setZero();
    x = co_await self.gradient(x);
    x = -x;
    z.head(d) = x;
    z[d] = 1;
  }
  while (co_await self.next_step()) {
    z = co_await self.mix(z);
    x = z.head(d) / z[d];
  }
}

template Program push_sum(Peer<float>&);
template Program push_sum(Peer<double>&);

}  // namespace starling
