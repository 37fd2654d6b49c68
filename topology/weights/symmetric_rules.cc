#include "topology/weights/symmetric_rules.h"

#include <algorithm>

#include "topology/spectrum.h"
#include "topology/weights/assemble.h"

namespace starling {
namespace {

double larger_degree(const Graph& graph, NodeId i, NodeId j) {
  return static_cast<double>(std::max(graph.degree(i), graph.degree(j)));
}

}  // namespace

MixingMatrix metropolis(const Graph& graph, std::span<const double>) {
  return assemble(graph, [&](NodeId i, NodeId j) { return 1 / (1 + larger_degree(graph, i, j)); });
}

MixingMatrix lazy_metropolis(const Graph& graph, std::span<const double>) {
  return assemble(graph,
                  [&](NodeId i, NodeId j) { return 0.5 / (1 + larger_degree(graph, i, j)); });
}

MixingMatrix max_degree(const Graph& graph, std::span<const double>) {
  std::size_t largest = 0;
  for (NodeId i = 0; i < graph.nodes(); ++i) largest = std::max(largest, graph.degree(i));
  return constant_weights(graph, 1 / (1 + static_cast<double>(largest)));
}

MixingMatrix best_constant(const Graph& graph, std::span<const double>) {
  const LaplacianSpectrum laplacian = laplacian_spectrum(graph);
  return constant_weights(graph, 2 / (laplacian.l_2 + laplacian.l_n));
}

MixingMatrix constant_weights(const Graph& graph, double a) {
  return assemble(graph, [a](NodeId, NodeId) { return a; });
}

}  // namespace starling
