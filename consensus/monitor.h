#pragma once

#include "consensus/peer.h"

namespace starling {

// What one look at the run says on this node.
struct MonitorReport {
  double gradient_bound = 0;  // certified, if all nodes' bounds hold
  double change = 0;          // |x_i - mix(x)_i|
};

// One look of the stopping monitor: tracks the average gradient beside any algorithm.
//
//   t <- mix(t + g_now - g_before),   g_now = grad f_i(x_i)          so mean(t) = mean_i grad
//   f_i(x_i) bound_i = 2 max(|t_i|, L |x_i - mix(x)_i| / (1 - contraction))
//
// If bound_i <= e on every node, then |grad f(mean x)| <= e: |mean t| <= mean |t_i| <= e / 2, and
// |grad f(mean x) - mean t| <= L mean |x_i - mean x| <= L rms |x_i - mix(x)_i| / (1 - contraction)
// <= e / 2. A mean of local gradient norms would not do (it does not vanish at the optimum), nor a
// plain mean of local gradients (it also vanishes at the biased points of dgd). Mixes     2 vectors
// of d, and one gradient. Keeps     monitor.t, monitor.g: 2d per node.
template <class Real>
Task<MonitorReport> look(Peer<Real>& self);

}  // namespace starling
