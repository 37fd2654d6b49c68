#pragma once

#include <Eigen/Core>

#include "topology/weights/edge_flows.h"

namespace starling {

// What W may be: entries of any sign (FDLA), or probabilities (FMMC).
enum class Entries { any_sign, probabilities };

// The flows of least slem, and what is proven about them.
struct FastestFlows {
  Eigen::VectorXd flows;
  double slem_at_least = 0;  // no flows of this kind on this graph have a smaller one
  int steps = 0;
};

// The flows of least slem, by an interior-point method: Newton's steps along the centres of
//
//   minimise  t rho - log det(rho I - M) - log det(rho I + M) [- sum log s_e - sum log(p_i w_ii)]
//   M = S(s) - q q^T,      the terms in brackets for probabilities alone,      t -> infinity
//   Hessian in the flows   (b_e^T P b_f)^2 + (b_e^T Q b_f)^2,  P, Q = (rho I -+ M)^{-1}
//
// Steps are judged by the slope where they end, not by values: nothing here needs a logarithm, so
// one binary finds the same bits on all kinds of CPU. 1 - slem comes out to six digits.
// Requires  n >= 2, connected.
// Cost      about 50 steps of m^3 / 3 + 4 n^3 multiplications; 8 (m^2 + 6 n^2) bytes.
// Source    [XiaoBoyd2004] (the SDP); [BoydVandenberghe2004], chapter 11.
FastestFlows fastest_by_barrier(const EdgeFlows& flows, Entries entries);

}  // namespace starling
