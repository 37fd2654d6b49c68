#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "topology/graph.h"

namespace starling {

// Where a W comes from, for people: nothing is computed from it.
struct WeightNote {
  std::string rule;          // "fdla"; of `auto` and `file` what they came to
  std::string why;           // one short sentence; empty where the rule says all
  double slem_at_least = 0;  // proven: no weights of this kind on this graph have a smaller slem
  int iterations = 0;        // of the method; 0 for a formula
};

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
  WeightNote note;

  std::span<const double> row(NodeId i) const {
    return {weights.data() + graph.row_begin(i), graph.degree(i)};
  }
};

// Whose mean a rule's W keeps: every node counts once, every sample counts once, or the latter
// where sample counts are given and the former where none are.
enum class Averages { nodes, samples, either };

// The weight rules of the registry (A.1, A.4): metropolis, lazy_metropolis, max_degree,
// best_constant, data_weighted, fdla, fmmc, auto.
struct WeightRule {
  std::string_view name;
  std::string_view source;
  // samples: one positive count per node, or none; rules that average nodes ignore them.
  MixingMatrix (*make)(const Graph& graph, std::span<const double> samples);
  Averages averages = Averages::nodes;
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
