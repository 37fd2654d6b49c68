// base_graph: any number of nodes at their mean after a few rounds with at most k neighbors each.
//
// Three constructions, each built from two moves that a round makes in parallel:
//   average    the groups of nodes that differ in one mixed-radix digit stand at their mean
//   exchange   the i-th node of a rest U meets the i-th node of each of a parts V_c of one size,
//              weight |V| / (a (|V| + |U|)): afterwards the mean over each V_c and the mean over U
//              are both the mean over V + U
//
//   hyper-hypercube   n = product of factors <= k + 1: one round of averages per factor
//   simple base       n = a_1 (k+1)^p_1 + a_2 (k+1)^p_2 + ..., p_1 > p_2 > ...: blocks V_l of a_l
//                     parts. Each block averages itself; then block l exchanges with all later
//                     ones in round m_1 + l, and its parts average themselves, each alone
//   base              n = p q, p having no prime factor above k + 1: p simple bases of q, then a
//                     hyper-hypercube across them; taken where it is shorter
//
// Length    at most 2 log_{k+1} n + 2.
// Source    [TakezawaEtAl2023] algorithms 1-3.
#include <algorithm>
#include <string>
#include <vector>

#include "topology/graphs/parameters.h"
#include "topology/schedules/schedules.h"
#include "topology/schedules/weighted_arcs.h"

namespace starling {
namespace {

constexpr std::uint64_t kArcsMax = 50'000'000;  // of one round

// Nodes first .. first + count - 1; groups of `size` nodes that are `stride` apart.
struct Average {
  NodeId first, count, stride, size;
};

struct Exchange {
  NodeId first, part, parts;  // V: `parts` of `part` nodes each, from `first`
  NodeId rest;                // U: the `rest` nodes after V
};

// The same moves in each of `copies` blocks of `apart` nodes.
struct Moves {
  std::vector<Average> averages;
  std::vector<Exchange> exchanges;
  NodeId copies = 1, apart = 0;
};

using Plan = std::vector<Moves>;

// n as a product of factors <= most, the largest first; empty for n = 1.
// Requires  no prime factor of n above `most`.
std::vector<NodeId> factors(NodeId n, NodeId most) {
  std::vector<NodeId> found;
  while (n > 1) {
    NodeId factor = std::min(n, most);
    while (n % factor != 0) --factor;
    found.push_back(factor);
    n /= factor;
  }
  return found;
}

// The largest divisor of n without a prime factor above `most`.
NodeId smooth_part(NodeId n, NodeId most) {
  NodeId part = 1;
  for (NodeId a = 2; a <= most && a <= n; ++a)
    while (n % a == 0) {
      part *= a;
      n /= a;
    }
  return part;
}

// One average per factor of `count`; digits begin at `stride`.
std::vector<Average> hyper_hypercube(NodeId first, NodeId count, NodeId most, NodeId stride = 1) {
  std::vector<Average> rounds;
  for (const NodeId size : factors(count, most)) {
    rounds.push_back({first, 0, stride, size});
    stride *= size;
  }
  for (Average& average : rounds) average.count = stride;
  return rounds;
}

void put(Plan& plan, std::size_t at, const std::vector<Average>& rounds) {
  if (plan.size() < at + rounds.size()) plan.resize(at + rounds.size());
  for (std::size_t r = 0; r < rounds.size(); ++r) plan[at + r].averages.push_back(rounds[r]);
}

Plan simple_base(NodeId n, NodeId k) {
  const NodeId most = k + 1;
  Plan plan;
  if (smooth_part(n, most) == n) {
    put(plan, 0, hyper_hypercube(0, n, most));
    return plan;
  }
  std::uint64_t power = 1;
  while (power * most <= n) power *= most;
  std::vector<Exchange> blocks;  // each with all later blocks as its rest
  for (NodeId rest = n; rest > 0; power /= most) {
    const auto part = static_cast<NodeId>(power);
    const NodeId parts = rest / part;
    if (parts == 0) continue;
    const NodeId first = n - rest;
    rest -= parts * part;
    blocks.push_back({first, part, parts, rest});
    put(plan, 0, hyper_hypercube(first, parts * part, most));
  }
  const std::size_t start = plan.size();
  for (std::size_t l = 0; l + 1 < blocks.size(); ++l) {
    const Exchange& block = blocks[l];
    const std::size_t at = start + l;
    if (plan.size() <= at) plan.resize(at + 1);
    plan[at].exchanges.push_back(block);
    for (NodeId c = 0; c < block.parts; ++c)
      put(plan, at + 1, hyper_hypercube(block.first + c * block.part, block.part, most));
  }
  return plan;
}

Plan shortest_plan(NodeId n, NodeId k) {
  Plan simple = simple_base(n, k);
  const NodeId p = smooth_part(n, k + 1), q = n / p;
  if (p == 1 || q == 1) return simple;
  Plan base = simple_base(q, k);
  for (Moves& moves : base) {
    moves.copies = p;
    moves.apart = q;
  }
  put(base, base.size(), hyper_hypercube(0, p, k + 1, q));
  return base.size() < simple.size() ? base : simple;
}

class BaseGraph final : public Schedule {
 public:
  BaseGraph(NodeId n, NodeId k) : n_(n), plan_(shortest_plan(n, k)) {
    commutes_ = std::all_of(plan_.begin(), plan_.end(), [](const Moves& moves) {
      return moves.exchanges.empty() && moves.copies == 1;
    });
  }

  NodeId nodes() const override { return n_; }
  bool symmetric() const override { return true; }
  std::optional<std::uint64_t> period() const override {
    return std::max<std::uint64_t>(1, plan_.size());
  }
  Graph links() const override { return links_of_rounds(*this, plan_.size()); }

  DirectedMatrix round(std::uint64_t t) const override {
    WeightedArcs arcs(n_);
    if (plan_.empty()) return arcs.matrix();
    const Moves& moves = plan_[t % plan_.size()];
    for (NodeId copy = 0; copy < moves.copies; ++copy) {
      const NodeId offset = copy * moves.apart;
      for (const Average& average : moves.averages) add(arcs, average, offset);
      for (const Exchange& exchange : moves.exchanges) add(arcs, exchange, offset);
    }
    return arcs.matrix();
  }

  // The averages of one hyper-hypercube commute. Where rounds do not, a window is sure to be exact
  // when it holds a whole period from its start on.
  std::optional<ScheduleRate> known_rate() const override {
    const std::uint64_t length = plan_.size();
    return ScheduleRate{length, commutes_ ? length : 2 * length - 1, 0};
  }

 private:
  static void add(WeightedArcs& arcs, const Average& average, NodeId offset) {
    const double weight = 1.0 / average.size;
    for (NodeId i = 0; i < average.count; ++i) {
      const NodeId digit = i / average.stride % average.size;
      const NodeId u = offset + average.first + i;
      for (NodeId e = 1; digit + e < average.size; ++e)
        arcs.pair(u, u + e * average.stride, weight);
    }
  }

  static void add(WeightedArcs& arcs, const Exchange& exchange, NodeId offset) {
    const NodeId first = offset + exchange.first, block = exchange.part * exchange.parts;
    const double weight = block / (static_cast<double>(block + exchange.rest) * exchange.parts);
    for (NodeId i = 0; i < exchange.rest; ++i)
      for (NodeId c = 0; c < exchange.parts; ++c)
        arcs.pair(first + c * exchange.part + i, first + block + i, weight);
  }

  NodeId n_;
  Plan plan_;
  bool commutes_ = true;
};

}  // namespace

std::unique_ptr<Schedule> base_graph(const GraphParameters& given) {
  const Reader reader{"base_graph", given};
  const NodeId n = reader.nodes();
  const std::uint64_t most = std::max<std::uint64_t>(1, n - 1);
  const auto k = given.degree ? reader.degree(1, most) : 1;
  if (n * k > kArcsMax)
    refuse("base_graph", "nodes * degree", std::to_string(n * k), "1.." + std::to_string(kArcsMax));
  return std::make_unique<BaseGraph>(n, static_cast<NodeId>(k));
}

}  // namespace starling
