#include "topology/schedules/distinct_eigenvalues.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <string>

#include "topology/graphs/parameters.h"
#include "topology/spectrum/closed_form.h"

namespace starling {
namespace {

constexpr NodeId kDenseNodes = 2000;
constexpr std::size_t kValuesMax = 2000;
constexpr double kSame = 1e-9;

std::vector<double> dense_eigenvalues(const Graph& graph) {
  const Eigen::Index n = graph.nodes();
  Eigen::MatrixXd laplacian = Eigen::MatrixXd::Zero(n, n);
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    laplacian(i, i) = static_cast<double>(graph.degree(i));
    for (const NodeId j : graph.neighbors(i)) laplacian(i, j) = -1;
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(laplacian, Eigen::EigenvaluesOnly);
  const auto& values = solver.eigenvalues();
  return {values.data() + 1, values.data() + n};  // ascending; the first is the zero
}

// Ascending, equal ones joined.
std::vector<double> joined(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double same = kSame * values.back();
  std::vector<double> distinct;
  for (std::size_t first = 0; first < values.size();) {
    std::size_t last = first;
    double sum = 0;
    for (; last < values.size() && values[last] - values[first] <= same; ++last)
      sum += values[last] - values[first];
    distinct.push_back(values[first] + sum / static_cast<double>(last - first));
    first = last;
  }
  return distinct;
}

std::vector<double> leja_order(std::vector<double> values) {
  std::vector<double> ordered;
  std::vector<double> distance(values.size(), 0);  // log of the product
  auto next = values.size() - 1;
  while (ordered.size() < values.size()) {
    const double taken = values[next];
    ordered.push_back(taken);
    for (std::size_t k = 0; k < values.size(); ++k)
      distance[k] += std::log(std::abs(values[k] - taken));  // minus infinity where taken
    next = static_cast<std::size_t>(std::max_element(distance.begin(), distance.end()) -
                                    distance.begin());
  }
  return ordered;
}

}  // namespace

std::vector<double> distinct_eigenvalues(std::string_view kind, const Graph& graph) {
  const NodeId n = graph.nodes();
  if (!connected(graph))
    throw GraphError("kind " + std::string(kind) + ": the graph is not connected");
  if (n == 1) return {};
  std::vector<double> values;
  const auto sides = cayley_sides(graph);
  if (!sides.empty()) {
    values = joined(cayley_eigenvalues(graph, sides));
  } else {
    if (n > kDenseNodes)
      refuse(kind, "nodes", std::to_string(n),
             "1.." + std::to_string(kDenseNodes) + " for graphs without a closed form");
    values = joined(dense_eigenvalues(graph));
  }
  if (values.size() > kValuesMax)
    throw GraphError("kind " + std::string(kind) + ": the graph has " +
                     std::to_string(values.size()) + " distinct eigenvalues, one round each; " +
                     "allowed: up to " + std::to_string(kValuesMax));
  return leja_order(std::move(values));
}

}  // namespace starling
