#pragma once

#include "topology/weights/barrier.h"

namespace starling {

// The flows of least slem on graphs too large for the barrier method: L-BFGS on a smooth surrogate
// for the logarithm of the gap, min over k of (l_k, 2 - l_k), l_k the eigenvalues of I - S,
//
//   F(s) = (1/q) log sum_k (l_k^{-q} + (2 - l_k)^{-q})   [- nu sum log s_e - nu sum log(p_i w_ii)]
//   dF/ds_e = -sum_k c_k (b_e^T v_k)^2,   c_k = (l_k^{-q-1} - (2 - l_k)^{-q-1}) / sum(...)
//
// with q = 16, 64, 256, 1024 in turn, nu = 1 / (q (m + n)). Convex; its error is relative to the
// gap, however small the gap is, where log cosh(beta mu) of the catalogue needs beta >> 1 / gap. An
// eigenvalue twice the gap counts 2^-q: a few dozen extreme pairs are all of the sum. Line searches
// use slopes alone, q is a power of two: no logarithm, no exponential, the same bits on all CPUs of
// one binary.
//
// The gradient of F is, but for its length, the matrix of a dual problem: slem_at_least is proven.
// Requires  n >= 2, connected.
// Cost      a few hundred evaluations; 2,000 nodes: one to a few minutes.
// Source    catalogue A.1 (smooth surrogate), with the power mean for the log-sum-exp;
//           [LiuNocedal1989].
FastestFlows fastest_by_surrogate(const EdgeFlows& flows, Entries entries);

}  // namespace starling
