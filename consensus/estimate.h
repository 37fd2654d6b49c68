#pragma once

#include "consensus/lanczos_basis.h"
#include "consensus/peer.h"

namespace starling {

// The ends of the spectrum of W as the nodes found them together.
struct SpectrumEstimate {
  double lambda_2 = 0, lambda_n = 0;      // Ritz values: never outside the spectrum
  double residual_2 = 0, residual_n = 0;  // |W v - lambda v|, |v| = 1
  Spectrum interval;                      // widened: what Chebyshev may use
  NodeId diameter = 0;
  int iterations = 0;
  std::uint64_t gossip_steps = 0;  // what it took
};

// Lanczos by gossip: no node uses more of W than its own row, or knows who else is linked to whom.
//
//   S = D^{1/2} W D^{-1/2}, D = diag(pi): symmetric, the same eigenvalues; deflated by sqrt(pi)
//   q_1 random;  w = S q_k  by one exchange of a scalar with the neighbors;  alpha_k = <q_k, w>;
//   w orthogonal to sqrt(pi), q_1 .. q_k;  beta_k = |w|;  q_{k+1} = w / beta_k
//   lambda ~ an end of the spectrum of T_k = tridiag(beta, alpha, beta), s its eigenvector;
//   residual = beta_k |s_k|
//
// After each exchange the entries of w flood as a table, one value a node: so every node holds all
// q_k, their products are exact, and the orthogonalisation is complete. The diameter, which says
// how long to flood, is found first by flooding n - 1 rounds. It ends when every node finds both
// residuals below 2 % of the distance to 1 and -1 (or the space is exhausted).
//
//   interval   lambda_2 + residual + 5 % of 1 - lambda_2, and likewise below, but never beyond the
//              bounds the agreement starts with; the widest of all nodes' results
//
// Why not power iteration (catalogue B.5.1): it takes some 1 / gap rounds where this takes
// 1 / sqrt(gap), a global sum in each, and has no bound on its error.
//
// Keeps     n doubles per iteration on each node, until it ends.
// Cost      2 (n - 1) + (1 + diameter) (iterations + 1) + diameter gossip steps, frames of 8 n
// bytes. Errors    SettingsError for more nodes than a frame's table holds (kMostNodes). Source
// Lanczos 1950; Parlett, The Symmetric Eigenvalue Problem, 13.2 (residual).
template <class Real>
Task<SpectrumEstimate> estimate_spectrum(Peer<Real>& self, NodeId id, std::uint64_t seed);

// S q, on every node whole: an exchange of one scalar with the neighbors, and a flood `reach`
// gossip steps long. ask: the ride that carries them; its votes and the like settle, too.
template <class Real>
Task<Eigen::VectorXd> multiply_by_gossip(Peer<Real>& self, NodeId id, Ride& ask, int reach,
                                         const Eigen::VectorXd& q);

inline constexpr NodeId kMostNodesOfATable = 8000;

}  // namespace starling
