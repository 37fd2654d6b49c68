#pragma once

#include "consensus/peer.h"

namespace starling {

// What a node does between two mixings: E = shared.algorithm.local_steps gradient steps on its own
// objective, each pushed against the drift towards it.
//
//   z_0 = x,  z_{e+1} = z_e - eta grad f_i(z_e) - share * shift;      the result is z_E
//
// eta grad f_i(z_e) being what the configured optimizer makes of it (optimizers/).
// Requires  shift: d values, or null for none; x and it stand until the result is there.
template <class Real>
Task<Vector<Real>> local_steps(Peer<Real>& self, const Vector<Real>& x,
                               const Vector<Real>* shift = nullptr, Real share = 0);

}  // namespace starling
