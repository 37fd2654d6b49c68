#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "topology/digraph.h"

namespace starling {

// A weight rule on a directed graph (catalogue A.2). All have a positive diagonal.
//
//   row_stochastic     w_ij = 1 / (1 + sources of i): the receiver chooses, the sender need not
//   know
//                      its targets
//   column_stochastic  w_ij = 1 / (1 + targets of j): the sender divides what it has, so the sum
//                      is kept: push_sum, push_diging
//   doubly_stochastic  w_ij = 1 / (1 + d), d the most sources of any node; the rest stays on the
//                      diagonal. Columns sum to one as rows do exactly when every node has as many
//                      sources as targets (a balanced graph: circulants, de Bruijn, anything both
//                      ways); refused otherwise, naming a node.
struct DirectedRule {
  std::string_view name;
  std::string_view source;
  DirectedMatrix (*make)(const Digraph& graph);
};
std::span<const DirectedRule> directed_rules();
// Errors: GraphError for an unknown rule (with the nearest name) and for a graph that is not
// balanced.
DirectedMatrix make_directed_matrix(std::string_view rule, const Digraph& graph);

// W from given weights, one per arc of graph.arc_list(): what a weighted file holds. Each sender
// keeps the rest of what it has: w_jj = 1 - sum_i w_ij, so columns sum to one.
// Errors    GraphError for a weight that is not positive and finite, and for a sender that keeps
//           nothing: naming arc or node.
DirectedMatrix directed_matrix_from_weights(const Digraph& graph, std::span<const double> weights);

// The lowest node that has not as many sources as targets; none in a balanced graph.
std::optional<NodeId> unbalanced_node(const Digraph& graph);

// Which sums of W are one, to 1e-12.
enum class Stochastic { rows, columns, both };
std::string_view to_string(Stochastic sums);
// Errors: GraphError where neither rows nor columns sum to one, naming both defects.
Stochastic stochastic_sums(const DirectedMatrix& matrix);

}  // namespace starling
