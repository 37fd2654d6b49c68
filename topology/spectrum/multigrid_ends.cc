#include "topology/spectrum/multigrid_ends.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "topology/spectrum/block_iteration.h"
#include "topology/spectrum/iterative.h"
#include "topology/spectrum/multigrid.h"

namespace starling {
namespace {

constexpr NodeId kNone = static_cast<NodeId>(-1);
constexpr int kIterations = 60;

// node -> place, breadth first: neighbours come to lie near each other in memory, which makes
// products on graphs of points (numbered at random) several times as fast.
std::vector<NodeId> breadth_first(const Graph& graph) {
  std::vector<NodeId> place(graph.nodes(), kNone), queue{0};
  queue.reserve(graph.nodes());
  place[0] = 0;
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const NodeId j : graph.neighbors(queue[head]))
      if (place[j] == kNone) {
        place[j] = static_cast<NodeId>(queue.size());
        queue.push_back(j);
      }
  return place;
}

// The two sides of a bipartite graph as +1 and -1; empty when it is none.
std::vector<double> sides(const Graph& graph) {
  std::vector<double> side(graph.nodes(), 0);
  std::vector<NodeId> queue{0};
  side[0] = 1;
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const NodeId j : graph.neighbors(queue[head])) {
      if (side[j] == side[queue[head]]) return {};
      if (side[j] != 0) continue;
      side[j] = -side[queue[head]];
      queue.push_back(j);
    }
  return side;
}

bool has_negative_weight(const MixingMatrix& matrix) {
  return std::any_of(matrix.weights.begin(), matrix.weights.end(), [](double w) { return w < 0; });
}

// The Laplacian of weights n pi_i w_ij, nodes at their places, without a potential.
WeightedGraph weighted_graph(const MixingMatrix& matrix, const std::vector<NodeId>& place) {
  const Graph& graph = matrix.graph;
  const NodeId n = graph.nodes();
  std::vector<NodeId> node(n);
  for (NodeId i = 0; i < n; ++i) node[place[i]] = i;
  WeightedGraph result;
  result.row.reserve(n + std::size_t{1});
  result.row.push_back(0);
  result.column.reserve(2 * graph.edges());
  result.weight.reserve(2 * graph.edges());
  result.potential.assign(n, 0);
  for (NodeId p = 0; p < n; ++p) {
    const NodeId i = node[p];
    const auto row = graph.neighbors(i);
    for (std::size_t k = 0; k < row.size(); ++k) {
      result.column.push_back(place[row[k]]);
      result.weight.push_back(n * matrix.stationary[i] * matrix.row(i)[k]);
    }
    result.row.push_back(result.column.size());
  }
  return result;
}

// D^{-1/2} A D^{-1/2} and D^{1/2} M D^{1/2}, D = n diag(pi): the coordinates of S.
class Scaled {
 public:
  Scaled(const Symmetrized& s, const std::vector<NodeId>& place, const WeightedGraph& graph)
      : graph_(graph), multigrid_(graph), root_(s.size()), scratch_(s.size(), kBlock) {
    const double size = std::sqrt(static_cast<double>(s.size()));
    for (std::size_t i = 0; i < place.size(); ++i)
      root_[place[i]] = size * s.null[static_cast<Eigen::Index>(i)];
    null_ = root_ / size;
  }
  BlockOperator block_operator(bool with_null) {
    return {[this](const Block& x, Block& y) {
              scratch_ = root_.cwiseInverse().asDiagonal() * x;
              graph_.multiply(scratch_, y);
              y = root_.cwiseInverse().asDiagonal() * y;
            },
            [this](const Block& r, Block& x) {
              scratch_ = root_.asDiagonal() * r;
              multigrid_.apply(scratch_, x);
              x = root_.asDiagonal() * x;
            },
            with_null ? &null_ : nullptr};
  }

 private:
  const WeightedGraph& graph_;
  Multigrid multigrid_;
  Column root_, null_;
  Block scratch_;
};

Column back_in_order(const Column& x, const std::vector<NodeId>& place) {
  Column result(x.size());
  for (std::size_t i = 0; i < place.size(); ++i) result[static_cast<Eigen::Index>(i)] = x[place[i]];
  return result;
}

}  // namespace

std::optional<Ritz> multigrid_top(const Symmetrized& s) {
  if (has_negative_weight(s.matrix)) return std::nullopt;
  const auto place = breadth_first(s.matrix.graph);
  const WeightedGraph graph = weighted_graph(s.matrix, place);
  Scaled scaled(s, place, graph);
  const auto pair = least_eigenpair(
      scaled.block_operator(true), s.size(), [](double gap) { return kGapError / 2 * gap; },
      kIterations);
  if (!pair) return std::nullopt;
  Ritz ritz = rayleigh(s, back_in_order(pair->vector, place));
  ritz.error = std::min(pair->error, ritz.residual);
  if (!top_is_good(ritz)) return std::nullopt;
  return ritz;
}

std::optional<Ritz> multigrid_bottom(const Symmetrized& s, double gap_2) {
  if (has_negative_weight(s.matrix)) return std::nullopt;
  const auto side = sides(s.matrix.graph);
  if (side.empty()) return std::nullopt;
  const auto place = breadth_first(s.matrix.graph);
  WeightedGraph graph = weighted_graph(s.matrix, place);
  const auto own = [&](NodeId i) { return 2 * s.matrix.diagonal[i] - 1; };  // 1 - 2 sum_j w_ij
  double least = 1;
  for (NodeId i = 0; i < s.matrix.graph.nodes(); ++i) least = std::min(least, own(i));
  const auto n = static_cast<double>(s.size());
  for (NodeId i = 0; i < s.matrix.graph.nodes(); ++i)
    graph.potential[place[i]] = n * s.matrix.stationary[i] * (own(i) - least);
  Column vector = s.null;  // without a potential, the constants
  double error = 0;
  if (std::any_of(graph.potential.begin(), graph.potential.end(), [](double p) { return p > 0; })) {
    Scaled scaled(s, place, graph);
    const auto pair = least_eigenpair(
        scaled.block_operator(false), s.size(),
        [&](double value) { return bottom_error_max(1 - least - value, gap_2) / 2; }, kIterations);
    if (!pair) return std::nullopt;
    vector = back_in_order(pair->vector, place);
    error = pair->error;
  }
  for (std::size_t i = 0; i < side.size(); ++i) vector[static_cast<Eigen::Index>(i)] *= side[i];
  Ritz ritz = rayleigh(s, std::move(vector));
  ritz.error = std::min(error, ritz.residual);
  if (!bottom_is_good(ritz, gap_2)) return std::nullopt;
  return ritz;
}

}  // namespace starling
