#include "topology/weights/edge_flows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "topology/weights/assemble.h"
#include "topology/weights/data_weighted.h"

namespace starling {

EdgeFlows::EdgeFlows(const Graph& g, std::span<const double> samples, std::string_view rule)
    : graph(g), edges(g.edge_list()), p(Eigen::VectorXd::Ones(g.nodes())) {
  if (!samples.empty()) {
    require_samples(g, samples, rule);
    uniform = std::all_of(samples.begin(), samples.end(),
                          [&](double count) { return count == samples[0]; });
    const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / g.nodes();
    if (!uniform)
      for (NodeId i = 0; i < g.nodes(); ++i) p[i] = samples[i] / mean;
  }
  root = p.cwiseSqrt().cwiseInverse();
  null = p.cwiseSqrt().normalized();
}

Eigen::VectorXd EdgeFlows::slack(const Eigen::VectorXd& flows) const {
  Eigen::VectorXd left = p;
  for (Eigen::Index e = 0; e < size(); ++e) {
    const Edge& edge = edges[static_cast<std::size_t>(e)];
    left[edge.u] -= flows[e];
    left[edge.v] -= flows[e];
  }
  return left;
}

Eigen::VectorXd EdgeFlows::metropolis() const {
  Eigen::VectorXd flows(size());
  const auto offer = [&](NodeId i) { return p[i] / (1 + static_cast<double>(graph.degree(i))); };
  for (Eigen::Index e = 0; e < size(); ++e) {
    const Edge& edge = edges[static_cast<std::size_t>(e)];
    flows[e] = std::min(offer(edge.u), offer(edge.v));
  }
  return flows;
}

// Rows and the edge list both ascend, so row v meets its smaller neighbors u in the order of the
// edge list.
MixingMatrix EdgeFlows::matrix(const Eigen::VectorXd& flows) const {
  MixingMatrix result;
  result.graph = graph;
  result.weights.resize(2 * graph.edges());
  std::vector<std::size_t> filled(graph.nodes(), 0), behind(graph.nodes(), 0);
  for (const Edge& edge : edges) ++behind[edge.v];
  for (Eigen::Index e = 0; e < size(); ++e) {
    const Edge& edge = edges[static_cast<std::size_t>(e)];
    result.weights[graph.row_begin(edge.u) + behind[edge.u]++] = flows[e] / p[edge.u];
    result.weights[graph.row_begin(edge.v) + filled[edge.v]++] = flows[e] / p[edge.v];
  }
  fill_diagonal(result);
  result.stationary.assign(graph.nodes(), 1 / static_cast<double>(graph.nodes()));
  if (!uniform)
    for (NodeId i = 0; i < graph.nodes(); ++i)
      result.stationary[i] = p[i] / static_cast<double>(graph.nodes());
  return result;
}

}  // namespace starling
