#include "topology/spectrum/cholesky.h"

#include <Eigen/OrderingMethods>

namespace starling {
namespace {

using Sparse = Eigen::SparseMatrix<double>;

std::vector<int> minimum_degree_order(const Graph& graph) {
  const auto n = static_cast<Eigen::Index>(graph.nodes());
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(2 * graph.edges() + graph.nodes());
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    entries.emplace_back(static_cast<int>(i), static_cast<int>(i), 1.0);
    for (const NodeId j : graph.neighbors(i))
      entries.emplace_back(static_cast<int>(i), static_cast<int>(j), 1.0);
  }
  Sparse pattern(n, n);
  pattern.setFromTriplets(entries.begin(), entries.end());
  Eigen::PermutationMatrix<Eigen::Dynamic, Eigen::Dynamic, int> order;
  Eigen::AMDOrdering<int>()(pattern, order);  // place -> node
  std::vector<int> place(graph.nodes());
  for (int p = 0; p < static_cast<int>(n); ++p)
    place[static_cast<std::size_t>(order.indices()[p])] = p;
  return place;
}

}  // namespace

// Row k of the factor is the part of the elimination tree that lies between the earlier neighbors
// of k and k itself (Liu 1990); walking it counts every entry once.
std::optional<Elimination> elimination(const Graph& graph, std::size_t fill_max) {
  Elimination result;
  result.place = minimum_degree_order(graph);
  const std::size_t n = graph.nodes();
  std::vector<NodeId> node(n);
  for (NodeId i = 0; i < n; ++i) node[static_cast<std::size_t>(result.place[i])] = i;
  std::vector<int> parent(n, -1), mark(n, -1);
  std::vector<std::size_t> length(n, 0);
  for (int k = 0; k < static_cast<int>(n); ++k) {
    mark[static_cast<std::size_t>(k)] = k;
    for (const NodeId neighbor : graph.neighbors(node[static_cast<std::size_t>(k)]))
      for (int i = result.place[neighbor]; i < k;) {
        const auto at = static_cast<std::size_t>(i);
        if (mark[at] == k) break;
        mark[at] = k;
        if (parent[at] < 0) parent[at] = k;
        ++length[at];
        if (++result.fill > fill_max) return std::nullopt;
        i = parent[at];
      }
  }
  for (const std::size_t l : length)
    result.products += static_cast<double>(l) * static_cast<double>(l);
  return result;
}

Factor::Factor(const Symmetrized& s, const Elimination& order, double scale, double shift,
               int left_out)
    : place_(order.place), size_(static_cast<int>(s.size()) - left_out) {
  const Graph& graph = s.matrix.graph;
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(graph.edges() + graph.nodes());
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const int row = place_[i];
    if (row >= size_) continue;
    entries.emplace_back(row, row, scale * (s.matrix.diagonal[i] - shift));
    const auto neighbors = graph.neighbors(i);
    for (std::size_t k = 0; k < neighbors.size(); ++k)
      if (place_[neighbors[k]] < row)
        entries.emplace_back(row, place_[neighbors[k]], scale * s.off[graph.row_begin(i) + k]);
  }
  Sparse lower(size_, size_);
  lower.setFromTriplets(entries.begin(), entries.end());
  solver_.compute(lower);
}

void Factor::solve(const Column& b, Column& x) const {
  Column ordered(size_);
  for (std::size_t i = 0; i < place_.size(); ++i)
    if (place_[i] < size_) ordered[place_[i]] = b[static_cast<Eigen::Index>(i)];
  const Column solution = solver_.solve(ordered);
  for (std::size_t i = 0; i < place_.size(); ++i)
    x[static_cast<Eigen::Index>(i)] = place_[i] < size_ ? solution[place_[i]] : 0;
}

}  // namespace starling
