#include "topology/weights/slem_bound.h"

#include <algorithm>
#include <cmath>

namespace starling {
namespace {

using Eigen::VectorXd;

// (b_e^T b_f)^2 y: 1 / p_i^2 for every edge that shares the node i, and (1/p_i + 1/p_j)^2 for e
// itself. Its eigenvalues lie within [min 2 / (p_i p_j), that + degree]: a few dozen steps.
VectorXd gram(const EdgeFlows& flows, const VectorXd& y) {
  VectorXd at_node = VectorXd::Zero(flows.nodes());
  for (Eigen::Index e = 0; e < flows.size(); ++e) {
    const Edge& edge = flows.edges[static_cast<std::size_t>(e)];
    at_node[edge.u] += y[e];
    at_node[edge.v] += y[e];
  }
  VectorXd result(flows.size());
  for (Eigen::Index e = 0; e < flows.size(); ++e) {
    const Edge& edge = flows.edges[static_cast<std::size_t>(e)];
    const double pu = flows.p[edge.u], pv = flows.p[edge.v];
    result[e] = at_node[edge.u] / (pu * pu) + at_node[edge.v] / (pv * pv) + 2 * y[e] / (pu * pv);
  }
  return result;
}

VectorXd solve_gram(const EdgeFlows& flows, const VectorXd& right) {
  VectorXd y = VectorXd::Zero(right.size()), rest = right, direction = right;
  double rho = rest.squaredNorm();
  const double target = 1e-30 * rho;
  for (int k = 0; k < 1000 && rho > target; ++k) {
    const VectorXd image = gram(flows, direction);
    const double alpha = rho / direction.dot(image);
    y += alpha * direction;
    rest -= alpha * image;
    const double next = rest.squaredNorm();
    direction = rest + (next / rho) * direction;
    rho = next;
  }
  return y;
}

}  // namespace

double slem_bound(const EdgeFlows& flows, const DualMatrix& dual) {
  const VectorXd y = solve_gram(flows, -dual.r);
  double value = dual.value, norm = dual.nuclear_norm;
  for (Eigen::Index e = 0; e < flows.size(); ++e) {
    value += y[e] * flows.norm2(e);
    norm += std::abs(y[e]) * flows.norm2(e);
  }
  return std::max(0.0, value / norm);
}

double slem_bound(const EdgeFlows& flows, const DualMatrix& dual, VectorXd z) {
  for (Eigen::Index e = 0; e < flows.size(); ++e) {
    const Edge& edge = flows.edges[static_cast<std::size_t>(e)];
    const double missing = dual.r[e] - z[edge.u] - z[edge.v];
    if (missing <= 0) continue;
    z[edge.u] += missing / 2;
    z[edge.v] += missing / 2;
  }
  return std::max(0.0, (dual.value - flows.p.dot(z)) / dual.nuclear_norm);
}

}  // namespace starling
