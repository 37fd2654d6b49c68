#include "topology/weights/data_weighted.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "topology/weights/assemble.h"

namespace starling {

void require_samples(const Graph& graph, std::span<const double> samples, std::string_view rule) {
  const std::string subject = "weights = " + std::string(rule) + ": ";
  if (samples.size() != graph.nodes())
    throw GraphError(subject + std::to_string(samples.size()) + " sample counts for " +
                     std::to_string(graph.nodes()) +
                     " nodes; allowed: one positive count per node");
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (!(samples[i] > 0) || !std::isfinite(samples[i]))
      throw GraphError(subject + "node " + std::to_string(i) + " has " +
                       std::to_string(samples[i]) + " samples; allowed: positive and finite");
}

MixingMatrix data_weighted(const Graph& graph, std::span<const double> samples) {
  require_samples(graph, samples, "data_weighted");
  const auto proposal = [&](NodeId i) { return 1 / (1 + static_cast<double>(graph.degree(i))); };
  MixingMatrix matrix = assemble(graph, [&](NodeId i, NodeId j) {
    return std::min(proposal(i), samples[j] / samples[i] * proposal(j));
  });
  const double total = std::accumulate(samples.begin(), samples.end(), 0.0);
  for (NodeId i = 0; i < graph.nodes(); ++i) matrix.stationary[i] = samples[i] / total;
  return matrix;
}

}  // namespace starling
