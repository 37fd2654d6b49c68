#pragma once

#include <Eigen/Core>

#include "topology/weights/edge_flows.h"

namespace starling {

// Proof that no weights on the graph have a slem below some number, from a matrix Y that is nearly
// a solution of the dual problem. For every symmetric Y with nuclear norm |Y|_* <= 1 and all flows
//
//   slem(s) >= <Y, S(s) - q q^T> = <Y, I - q q^T> - sum_e s_e r_e,   r_e = b_e^T Y b_e,  q =
//   sqrt(pi)
//
// so that <Y, I - q q^T> bounds it where the sum cannot be positive: where all r_e = 0 if flows may
// have any sign; with s >= 0 and sum_{e at i} s_e <= p_i, where r_e <= z_i + z_j with some z >= 0,
// less p^T z. Y need not be exact: what is missing is repaired, and the repair paid for.
// Source    [BoydDiaconisXiao2004], section 5; the repair is ours.
struct DualMatrix {
  Eigen::VectorXd r;
  double value = 0;         // <Y, I - q q^T>
  double nuclear_norm = 1;  // or a bound from above
};

// Any sign: Y + sum_e y_e b_e b_e^T with (b_e^T b_f)^2 y = -r, by conjugate gradients.
double slem_bound(const EdgeFlows& flows, const DualMatrix& dual);
// Probability matrices: z, one per node and not negative, is raised where it is too small.
double slem_bound(const EdgeFlows& flows, const DualMatrix& dual, Eigen::VectorXd z);

}  // namespace starling
