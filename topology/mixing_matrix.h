#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "topology/graph.h"

namespace starling {

// A mixing matrix W on a graph: rows sum to one, and W is reversible with respect to pi,
// pi_i w_ij = pi_j w_ji; so pi^T W = pi^T, and mixing keeps sum_i pi_i x_i.
//
//   mix(x)_i = x_i + sum_j w_ij (x_j - x_i)
//
// Shapes    weights: 2m values aligned with the graph's rows; diagonal, stationary: n.
// Requires  stationary sums to one; symmetric rules have stationary_i = 1/n.
struct MixingMatrix {
  Graph graph;
  std::vector<double> weights;     // w_ij, j the k-th neighbor of i, at graph.row_begin(i) + k
  std::vector<double> diagonal;    // w_ii = 1 - sum_j w_ij
  std::vector<double> stationary;  // pi

  std::span<const double> row(NodeId i) const {
    return {weights.data() + graph.row_begin(i), graph.degree(i)};
  }
};

// The weight rules of the registry (A.1, A.4): metropolis, lazy_metropolis, max_degree,
// best_constant, data_weighted.
struct WeightRule {
  std::string_view name;
  std::string_view source;
  // samples: one positive count per node; read by rules that weigh nodes by their data, else
  // ignored.
  MixingMatrix (*make)(const Graph& graph, std::span<const double> samples);
  bool data_weighted = false;
};
std::span<const WeightRule> weight_rules();

// W by the name of its rule. Errors: GraphError for an unknown rule (with the nearest name) and for
// samples that a data-weighted rule cannot use (one positive finite count per node).
MixingMatrix make_mixing_matrix(std::string_view rule, const Graph& graph,
                                std::span<const double> samples = {});

// W from given symmetric weights, one per edge of graph.edge_list(): what a weighted file holds.
// Negative weights are allowed (A.1, FDLA); whether W contracts is for spectrum() to say.
MixingMatrix mixing_matrix_from_weights(Graph graph, std::span<const double> edge_weights);

// y = W x, by the differences of the equation above. x, y: n values, not overlapping.
void multiply(const MixingMatrix& matrix, std::span<const double> x, std::span<double> y);

}  // namespace starling
