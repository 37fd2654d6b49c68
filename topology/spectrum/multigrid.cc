#include "topology/spectrum/multigrid.h"

#include <algorithm>
#include <utility>

namespace starling {
namespace {

using Row = Eigen::Array<double, 1, kBlock>;
constexpr NodeId kCoarsest = 200;
constexpr NodeId kSmallLast = 1500;  // a coarsest level that would not shrink, solved densely
constexpr NodeId kNone = static_cast<NodeId>(-1);

// node -> aggregate of one pairing: with the free neighbour of the heaviest edge; a node without a
// free neighbour joins the aggregate of its heaviest one, or a star would never shrink.
std::pair<std::vector<NodeId>, NodeId> pair_up(const WeightedGraph& graph) {
  std::vector<NodeId> aggregate(graph.nodes(), kNone);
  NodeId count = 0;
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    if (aggregate[i] != kNone) continue;
    double heaviest_free = 0, heaviest = 0;
    NodeId free = kNone, any = kNone;
    for (std::size_t k = graph.row[i]; k < graph.row[i + std::size_t{1}]; ++k) {
      const NodeId j = graph.column[k];
      if (graph.weight[k] > heaviest) heaviest = graph.weight[k], any = j;
      if (aggregate[j] == kNone && graph.weight[k] > heaviest_free)
        heaviest_free = graph.weight[k], free = j;
    }
    if (free == kNone && any != kNone) {
      aggregate[i] = aggregate[any];
      continue;
    }
    aggregate[i] = count;
    if (free != kNone) aggregate[free] = count;
    ++count;
  }
  return {std::move(aggregate), count};
}

// P^T A P for piecewise constant P: weights between two aggregates add up, potentials too.
WeightedGraph merged(const WeightedGraph& fine, const std::vector<NodeId>& aggregate,
                     NodeId count) {
  std::vector<std::size_t> first(count + std::size_t{1}, 0);
  for (const NodeId a : aggregate) ++first[a + std::size_t{1}];
  for (std::size_t a = 0; a < count; ++a) first[a + 1] += first[a];
  std::vector<NodeId> member(aggregate.size());
  std::vector<std::size_t> next(first.begin(), first.end() - 1);
  for (NodeId i = 0; i < fine.nodes(); ++i) member[next[aggregate[i]]++] = i;
  WeightedGraph coarse;
  coarse.potential.assign(count, 0);
  coarse.row.push_back(0);
  std::vector<std::size_t> place(count, 0);  // of a neighbour in this row, plus one
  for (NodeId a = 0; a < count; ++a) {
    const std::size_t begin = coarse.column.size();
    for (std::size_t m = first[a]; m < first[a + std::size_t{1}]; ++m) {
      const NodeId i = member[m];
      coarse.potential[a] += fine.potential[i];
      for (std::size_t k = fine.row[i]; k < fine.row[i + std::size_t{1}]; ++k) {
        const NodeId b = aggregate[fine.column[k]];
        if (b == a) continue;
        if (place[b] > begin) {
          coarse.weight[place[b] - 1] += fine.weight[k];
          continue;
        }
        coarse.column.push_back(b);
        coarse.weight.push_back(fine.weight[k]);
        place[b] = coarse.column.size();
      }
    }
    coarse.row.push_back(coarse.column.size());
  }
  return coarse;
}

std::vector<double> inverse_diagonal(const WeightedGraph& graph) {
  std::vector<double> inverse(graph.nodes());
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    double sum = graph.potential[i];
    for (std::size_t k = graph.row[i]; k < graph.row[i + std::size_t{1}]; ++k)
      sum += graph.weight[k];
    inverse[i] = sum > 0 ? 1 / sum : 0;
  }
  return inverse;
}

Row row_of(const Block& x, NodeId i) { return x.row(static_cast<Eigen::Index>(i)).array(); }

// One Gauss-Seidel update of node i.
void relax(const WeightedGraph& graph, const std::vector<double>& inverse, NodeId i, const Block& b,
           Block& x) {
  Row sum = row_of(b, i);
  for (std::size_t k = graph.row[i]; k < graph.row[i + std::size_t{1}]; ++k)
    sum += graph.weight[k] * row_of(x, graph.column[k]);
  x.row(static_cast<Eigen::Index>(i)) = sum * inverse[i];
}

void sweep_down(const WeightedGraph& graph, const std::vector<double>& inverse, const Block& b,
                Block& x) {
  for (NodeId i = 0; i < graph.nodes(); ++i) relax(graph, inverse, i, b, x);
}
void sweep_up(const WeightedGraph& graph, const std::vector<double>& inverse, const Block& b,
              Block& x) {
  for (NodeId i = graph.nodes(); i-- > 0;) relax(graph, inverse, i, b, x);
}

}  // namespace

void WeightedGraph::multiply(const Block& x, Block& y) const {
  for (NodeId i = 0; i < nodes(); ++i) {
    const Row own = row_of(x, i);
    Row sum = potential[i] * own;
    for (std::size_t k = row[i]; k < row[i + std::size_t{1}]; ++k)
      sum += weight[k] * (own - row_of(x, column[k]));
    y.row(static_cast<Eigen::Index>(i)) = sum;
  }
}

Multigrid::Multigrid(const WeightedGraph& finest) : finest_(finest) {
  while (graph(levels_.size()).nodes() > kCoarsest) {
    const WeightedGraph& fine = graph(levels_.size());
    auto [first, pairs] = pair_up(fine);
    const WeightedGraph between = merged(fine, first, pairs);
    auto [second, count] = pair_up(between);
    if (count > fine.nodes() / 10 * 8) break;
    for (NodeId& a : first) a = second[a];
    Level level;
    level.coarse = merged(between, second, count);
    level.aggregate = std::move(first);
    level.inverse = inverse_diagonal(fine);
    level.residual.resize(fine.nodes(), kBlock);
    for (Block* block : {&level.coarse_b, &level.coarse_x, &level.coarse_more})
      block->resize(count, kBlock);
    levels_.push_back(std::move(level));
  }
  const WeightedGraph& last = graph(levels_.size());
  small_ = last.nodes() <= kSmallLast;
  last_inverse_ = inverse_diagonal(last);
  if (!small_) return;
  // The constants, null without a potential, get an eigenvalue of the others' size.
  const auto n = static_cast<Eigen::Index>(last.nodes());
  Eigen::MatrixXd dense = Eigen::MatrixXd::Zero(n, n);
  for (NodeId i = 0; i < last.nodes(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    dense(at, at) += last.potential[i];
    for (std::size_t k = last.row[i]; k < last.row[i + std::size_t{1}]; ++k) {
      dense(at, at) += last.weight[k];
      dense(at, static_cast<Eigen::Index>(last.column[k])) -= last.weight[k];
    }
  }
  const bool singular =
      std::all_of(last.potential.begin(), last.potential.end(), [](double p) { return p == 0; });
  const auto size = static_cast<double>(n);
  if (singular) dense.array() += std::max(dense.trace(), 1e-300) / (size * size);
  coarsest_.compute(dense);
}

void Multigrid::solve_coarsest(const Block& b, Block& x) {
  if (small_) {
    x = coarsest_.solve(b);
    return;
  }
  const WeightedGraph& last = graph(levels_.size());
  x.setZero();
  constexpr int kSweeps = 4;
  for (int k = 0; k < kSweeps; ++k) sweep_down(last, last_inverse_, b, x);
  for (int k = 0; k < kSweeps; ++k) sweep_up(last, last_inverse_, b, x);
}

void Multigrid::cycle(std::size_t at, const Block& b, Block& x) {
  if (at == levels_.size()) {
    solve_coarsest(b, x);
    return;
  }
  Level& level = levels_[at];
  const WeightedGraph& fine = graph(at);
  x.setZero();
  sweep_down(fine, level.inverse, b, x);
  fine.multiply(x, level.residual);
  level.coarse_b.setZero();
  for (NodeId i = 0; i < fine.nodes(); ++i)
    level.coarse_b.row(static_cast<Eigen::Index>(level.aggregate[i])) +=
        b.row(static_cast<Eigen::Index>(i)) - level.residual.row(static_cast<Eigen::Index>(i));
  cycle(at + 1, level.coarse_b, level.coarse_x);
  // Twice, where levels shrink fast enough for the work to stay bounded.
  if (at + 1 < levels_.size() && level.coarse.nodes() < fine.nodes() / 5 * 2) {
    Block& more = level.coarse_more;
    level.coarse.multiply(level.coarse_x, more);
    level.coarse_b -= more;
    cycle(at + 1, level.coarse_b, more);
    level.coarse_x += more;
  }
  for (NodeId i = 0; i < fine.nodes(); ++i)
    x.row(static_cast<Eigen::Index>(i)) +=
        level.coarse_x.row(static_cast<Eigen::Index>(level.aggregate[i]));
  sweep_up(fine, level.inverse, b, x);
}

}  // namespace starling
