#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>
#include <vector>

#include "topology/mixing_matrix.h"

namespace starling {

// All W on a graph that are reversible for pi, as one flow per edge e = {i, j}; p_i = n pi_i.
//
//   s_e = p_i w_ij = p_j w_ji,      b_e = e_i / sqrt(p_i) - e_j / sqrt(p_j)
//   S   = D^{1/2} W D^{-1/2} = I - sum_e s_e b_e b_e^T                      (D = diag(p))
//
// S is affine in the flows, so its largest eigenvalue modulus off sqrt(pi) is convex in them: with
// pi uniform these are the symmetric weights, s_e = w_ij.
// Shapes    flows: m values in the order of graph.edge_list().
struct EdgeFlows {
  // samples: one positive count per node, or none for the plain mean.
  // Errors    GraphError "weights = RULE: ..." for counts that cannot be used.
  EdgeFlows(const Graph& graph, std::span<const double> samples, std::string_view rule);

  const Graph& graph;
  std::vector<Edge> edges;
  Eigen::VectorXd p;     // n pi
  Eigen::VectorXd root;  // 1 / sqrt(p)
  Eigen::VectorXd null;  // sqrt(pi), length one: S null = null
  bool uniform = true;   // all p_i = 1

  Eigen::Index nodes() const { return p.size(); }
  Eigen::Index size() const { return static_cast<Eigen::Index>(edges.size()); }
  // b_e^T x and |b_e|^2.
  double along(Eigen::Index e, const Eigen::VectorXd& x) const {
    const Edge& edge = edges[static_cast<std::size_t>(e)];
    return root[edge.u] * x[edge.u] - root[edge.v] * x[edge.v];
  }
  double norm2(Eigen::Index e) const {
    const Edge& edge = edges[static_cast<std::size_t>(e)];
    return 1 / p[edge.u] + 1 / p[edge.v];
  }
  // p_i - sum of the flows at i = p_i w_ii.
  Eigen::VectorXd slack(const Eigen::VectorXd& flows) const;
  // The flows of Metropolis-Hastings: all positive, all w_ii positive.
  Eigen::VectorXd metropolis() const;
  MixingMatrix matrix(const Eigen::VectorXd& flows) const;
};

}  // namespace starling
