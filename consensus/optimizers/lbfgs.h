#pragma once

#include "consensus/peer.h"

namespace starling {

// What L-BFGS makes of a gradient g_t at x_t: H_t g_t, where H_t goes after the inverse Hessian by
// the last m = shared.optimizer.history changes of x and g.
//
//   s = x_t - x_{t-1},  y = g_t - g_{t-1},  kept if s.y > 1e-10 |s| |y|;  r = 1 / (s.y)
//   q = g_t;  newest to oldest: a_k = r_k (s_k.q), q -= a_k y_k
//   q *= (s.y / y.y) of the newest;  oldest to newest: q += (a_k - r_k (y_k.q)) s_k
//
// There is no line search: the step size does not change what is kept, 1 is Newton's. Without any
// pair yet, H g = g min(1, 1 / |g|_1), so that the first step is no longer than the step size. x_t
// is where mixing has left it, so s is the whole way, mixing included.
//
// Keeps     2 (m + 1) vectors of d: "optimizer.x", "optimizer.g" of the last step, the pairs
//           "optimizer.s.K", "optimizer.y.K", K = 0 .. m - 1; "optimizer.pairs": their s.y, then
//           how many there are and which is to be written next.
// Source    Liu & Nocedal, Math. Programming 1989; the first step is PyTorch's. Departure: pairs
//           of little curvature are left out in place of a line search.
template <class Real>
Vector<Real> lbfgs(Peer<Real>& self, const Vector<Real>& x, const Vector<Real>& g, int history);

}  // namespace starling
