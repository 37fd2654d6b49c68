#pragma once

#include "topology/graph.h"

namespace starling {

// How many pairs the scan of OU-EquiDyn finds for shift u, 1 <= u < n; the start does not matter.
//
// Scanned from 0, blocks of u nodes are taken in twos. Of the r nodes after the last two blocks the
// first r - u find a partner. A shift of more than n/2 goes back by v = n - u once the first v
// nodes have taken the last v: then every second block of v nodes takes the block before it.
NodeId ou_equidyn_pairs(NodeId n, NodeId u);

// rho^2 = |E[W^T W] - J|_2 of OU-EquiDyn, n >= 2:
//
//   rho^2 = 1 - 2 w (1 - w) min_f sum_u m_u (2 - 2 cos(2 pi f u / n)) / (n (n-1)),
//   w = eta (n-1)/n,  m_u pairs for shift u
//
// for W = I - w Lap of a matching, Lap^2 = 2 Lap, and the start s makes E[Lap | u] circulant.
// Cost      O(n) per frequency f; the sum over u is at most V / (2 sin(pi f / n)), V the variation
//           of m, which ends the search at a few frequencies.
double ou_equidyn_rate_squared(NodeId n, double eta);

}  // namespace starling
