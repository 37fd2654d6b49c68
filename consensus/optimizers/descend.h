#pragma once

#include "consensus/peer.h"

namespace starling {

// One step of the configured optimizer from `from` along the gradient g, clipped as configured, and
// a push against drift: the result is  update(from, g) - share * shift.
//
// Keeps     "optimizer.0" .. "optimizer.2", as many vectors of d as the optimizer's entry says, and
//           "optimizer.t", the number of updates; a new view begins them anew. L-BFGS: lbfgs.h.
// Requires  all vectors of d values; shift may be null.
template <class Real>
Vector<Real> descend(Peer<Real>& self, const Vector<Real>& from, const Vector<Real>& g,
                     const Vector<Real>* shift = nullptr, Real share = 0);

// The next `count` updates of the same, for an objective that makes them itself.
// Errors    SettingsError: L-BFGS, which is no update coordinate by coordinate.
template <class Real>
starling_local_steps updates(Peer<Real>& self, int count, const Vector<Real>* shift, Real share);

}  // namespace starling
