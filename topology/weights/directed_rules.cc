#include "topology/weights/directed_rules.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "topology/nearest.h"

namespace starling {
namespace {

// W with w_ij = weight(i, j) on the arcs and `diagonal` left to the caller.
template <class Weight>
DirectedMatrix assembled(const Digraph& graph, Weight weight) {
  DirectedMatrix matrix{graph, {}, std::vector<double>(graph.nodes(), 0.0)};
  matrix.weights.reserve(graph.arcs());
  for (NodeId i = 0; i < graph.nodes(); ++i)
    for (const NodeId j : graph.sources(i)) matrix.weights.push_back(weight(i, j));
  return matrix;
}

double share(std::size_t degree) { return 1 / (1 + static_cast<double>(degree)); }

DirectedMatrix row_stochastic(const Digraph& graph) {
  DirectedMatrix matrix =
      assembled(graph, [&](NodeId i, NodeId) { return share(graph.sources(i).size()); });
  for (NodeId i = 0; i < graph.nodes(); ++i) matrix.diagonal[i] = share(graph.sources(i).size());
  return matrix;
}

DirectedMatrix column_stochastic(const Digraph& graph) {
  DirectedMatrix matrix =
      assembled(graph, [&](NodeId, NodeId j) { return share(graph.targets(j).size()); });
  for (NodeId i = 0; i < graph.nodes(); ++i) matrix.diagonal[i] = share(graph.targets(i).size());
  return matrix;
}

DirectedMatrix doubly_stochastic(const Digraph& graph) {
  if (const auto node = unbalanced_node(graph))
    throw GraphError("weights = doubly_stochastic: node " + std::to_string(*node) + " has " +
                     std::to_string(graph.sources(*node).size()) + " sources and " +
                     std::to_string(graph.targets(*node).size()) +
                     " targets, and rows and columns cannot both sum to one; allowed: a graph with "
                     "as many of each at every node, or weights row_stochastic, column_stochastic");
  std::size_t most = 0;
  for (NodeId i = 0; i < graph.nodes(); ++i) most = std::max(most, graph.sources(i).size());
  DirectedMatrix matrix = assembled(graph, [&](NodeId, NodeId) { return share(most); });
  for (NodeId i = 0; i < graph.nodes(); ++i)
    matrix.diagonal[i] = static_cast<double>(1 + most - graph.sources(i).size()) * share(most);
  return matrix;
}

const DirectedRule kDirectedRules[] = {
    {"row_stochastic", "Nedic & Ozdaglar 2009", row_stochastic},
    {"column_stochastic", "Kempe, Dobra & Gehrke 2003", column_stochastic},
    {"doubly_stochastic", "Gharesifard & Cortes 2010; Ying et al. 2021", doubly_stochastic},
};

constexpr double kSumTolerance = 1e-12;

}  // namespace

std::span<const DirectedRule> directed_rules() { return kDirectedRules; }

DirectedMatrix make_directed_matrix(std::string_view name, const Digraph& graph) {
  std::vector<std::string_view> names;
  std::string allowed;
  for (const DirectedRule& rule : kDirectedRules) {
    if (rule.name == name) return rule.make(graph);
    names.push_back(rule.name);
    allowed += ' ';
    allowed += rule.name;
  }
  throw GraphError("weights = " + std::string(name) + " is no rule for a directed graph" +
                   did_you_mean(name, names) + "; allowed:" + allowed);
}

DirectedMatrix directed_matrix_from_weights(const Digraph& graph, std::span<const double> weights) {
  DirectedMatrix matrix = assembled(graph, [](NodeId, NodeId) { return 0.0; });
  std::vector<std::size_t> filled(graph.nodes(), 0);
  std::size_t arc = 0;
  for (NodeId j = 0; j < graph.nodes(); ++j) {
    double sent = 0;
    for (const NodeId i : graph.targets(j)) {  // arcs come ascending by sender: rows fill in order
      const double w = weights[arc++];
      if (!std::isfinite(w) || !(w > 0))
        throw GraphError("arc " + std::to_string(j) + " " + std::to_string(i) +
                         ": weight = " + std::to_string(w) + "; allowed: above 0");
      matrix.weights[graph.row_begin(i) + filled[i]++] = w;
      sent += w;
    }
    matrix.diagonal[j] = 1 - sent;
    if (!(matrix.diagonal[j] > 0))
      throw GraphError("node " + std::to_string(j) + ": the weights of what it sends sum to " +
                       std::to_string(sent) + "; allowed: below 1, it keeps the rest");
  }
  return matrix;
}

std::optional<NodeId> unbalanced_node(const Digraph& graph) {
  for (NodeId i = 0; i < graph.nodes(); ++i)
    if (graph.sources(i).size() != graph.targets(i).size()) return i;
  return std::nullopt;
}

std::string_view to_string(Stochastic sums) {
  if (sums == Stochastic::both) return "rows and columns";
  return sums == Stochastic::rows ? "rows" : "columns";
}

Stochastic stochastic_sums(const DirectedMatrix& matrix) {
  const double rows = row_defect(matrix), columns = column_defect(matrix);
  if (rows <= kSumTolerance && columns <= kSumTolerance) return Stochastic::both;
  if (rows <= kSumTolerance) return Stochastic::rows;
  if (columns <= kSumTolerance) return Stochastic::columns;
  throw GraphError("neither rows nor columns of W sum to one: rows are off by up to " +
                   std::to_string(rows) + ", columns by up to " + std::to_string(columns));
}

}  // namespace starling
