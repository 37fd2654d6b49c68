#pragma once

#include "consensus/peer.h"

namespace starling {

// The algorithms, one file each; registry.cc lists them.
template <class Real>
Program average(Peer<Real>& self);
template <class Real>
Program dgd_atc(Peer<Real>& self);
template <class Real>
Program dgd_cta(Peer<Real>& self);
template <class Real>
Program exact_diffusion(Peer<Real>& self);
template <class Real>
Program extra(Peer<Real>& self);
template <class Real>
Program gradient_tracking(Peer<Real>& self);
template <class Real>
Program k_gt(Peer<Real>& self);
template <class Real>
Program mudag(Peer<Real>& self);
template <class Real>
Program push_diging(Peer<Real>& self);
template <class Real>
Program push_sum(Peer<Real>& self);

}  // namespace starling
