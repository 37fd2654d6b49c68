#include "topology/mixing_matrix.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "topology/nearest.h"
#include "topology/weights/assemble.h"
#include "topology/weights/data_weighted.h"
#include "topology/weights/fastest.h"
#include "topology/weights/symmetric_rules.h"

namespace starling {
namespace {

const WeightRule kWeightRules[] = {
    {"metropolis", "Xiao & Boyd 2004", metropolis},
    {"lazy_metropolis", "Xiao & Boyd 2004", lazy_metropolis},
    {"max_degree", "Xiao & Boyd 2004", max_degree},
    {"best_constant", "Xiao & Boyd 2004", best_constant},
    {"data_weighted", "Hastings 1970", data_weighted, Averages::samples},
    {"fdla", "Xiao & Boyd 2004", fdla, Averages::either},
    {"fmmc", "Boyd, Diaconis & Xiao 2004", fmmc, Averages::either},
    {"auto", "fdla where it takes well under a second", auto_weights, Averages::either},
};

}  // namespace

std::span<const WeightRule> weight_rules() { return kWeightRules; }

MixingMatrix make_mixing_matrix(std::string_view rule, const Graph& graph,
                                std::span<const double> samples) {
  std::vector<std::string_view> names;
  std::string allowed;
  for (const WeightRule& entry : kWeightRules) {
    if (entry.name == rule) {
      MixingMatrix matrix = entry.make(graph, samples);
      if (matrix.note.rule.empty()) matrix.note.rule = entry.name;
      return matrix;
    }
    names.push_back(entry.name);
    allowed += ' ';
    allowed += entry.name;
  }
  throw GraphError("weights = " + std::string(rule) + " is unknown" + did_you_mean(rule, names) +
                   "; allowed:" + allowed);
}

MixingMatrix mixing_matrix_from_weights(Graph graph, std::span<const double> edge_weights) {
  if (edge_weights.size() != graph.edges())
    throw GraphError(std::to_string(edge_weights.size()) + " weights for " +
                     std::to_string(graph.edges()) + " edges; allowed: one per edge");
  const NodeId n = graph.nodes();
  MixingMatrix matrix;
  matrix.weights.resize(2 * graph.edges());
  // Rows and the edge list both ascend, so row v meets its smaller neighbours u in the order of the
  // edge list.
  std::vector<std::size_t> filled(n, 0);
  std::size_t edge = 0;
  for (NodeId u = 0; u < n; ++u) {
    const auto row = graph.neighbors(u);
    for (std::size_t k = 0; k < row.size(); ++k) {
      const NodeId v = row[k];
      if (v < u) continue;
      const double w = edge_weights[edge++];
      if (!std::isfinite(w))
        throw GraphError("edge " + std::to_string(u) + " " + std::to_string(v) +
                         ": its weight is not finite");
      matrix.weights[graph.row_begin(u) + k] = w;
      matrix.weights[graph.row_begin(v) + filled[v]++] = w;
    }
  }
  matrix.graph = std::move(graph);
  fill_diagonal(matrix);
  matrix.stationary.assign(n, 1 / static_cast<double>(n));
  return matrix;
}

void multiply(const MixingMatrix& matrix, std::span<const double> x, std::span<double> y) {
  for (NodeId i = 0; i < matrix.graph.nodes(); ++i) {
    const auto neighbors = matrix.graph.neighbors(i);
    const auto w = matrix.row(i);
    double sum = 0;
    for (std::size_t k = 0; k < w.size(); ++k) sum += w[k] * (x[neighbors[k]] - x[i]);
    y[i] = x[i] + sum;
  }
}

}  // namespace starling
