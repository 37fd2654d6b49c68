#include <algorithm>
#include <string>
#include <vector>

#include "topology/schedule.h"

namespace starling {
namespace {

constexpr NodeId kNodesMaxReach = 100'000;
constexpr std::size_t kWords = 64;  // sources looked at together: 64 * 64

// After how many rounds all nodes hold what the sources first .. first + count - 1 held.
std::optional<std::uint64_t> reach_of(const Schedule& schedule, NodeId first, NodeId count,
                                      std::uint64_t t, std::uint64_t most) {
  const NodeId n = schedule.nodes();
  const std::size_t words = (count + 63) / 64;
  std::vector<std::uint64_t> holds(n * words, 0), next, full(words, 0);
  for (NodeId s = 0; s < count; ++s) {
    const std::uint64_t bit = std::uint64_t{1} << (s % 64);
    full[s / 64] |= bit;
    holds[(first + s) * words + s / 64] |= bit;
  }
  const auto complete = [&] {
    for (std::size_t k = 0; k < holds.size(); ++k)
      if (holds[k] != full[k % words]) return false;
    return true;
  };
  for (std::uint64_t rounds = 0;; ++rounds) {
    if (complete()) return rounds;
    if (rounds == most) return std::nullopt;
    const Digraph graph = schedule.round(t + rounds).graph;
    next = holds;
    for (NodeId i = 0; i < n; ++i)
      for (const NodeId j : graph.sources(i))
        for (std::size_t k = 0; k < words; ++k) next[i * words + k] |= holds[j * words + k];
    holds.swap(next);
  }
}

}  // namespace

std::optional<std::uint64_t> reach(const Schedule& schedule, std::uint64_t t, std::uint64_t most) {
  const NodeId n = schedule.nodes();
  if (n > kNodesMaxReach)
    throw GraphError("reach of a schedule of " + std::to_string(n) + " nodes; allowed: up to " +
                     std::to_string(kNodesMaxReach));
  std::uint64_t rounds = 0;
  for (NodeId first = 0; first < n; first += kWords * 64) {
    const NodeId count = std::min<NodeId>(kWords * 64, n - first);
    const auto found = reach_of(schedule, first, count, t, most);
    if (!found) return std::nullopt;
    rounds = std::max(rounds, *found);
  }
  return rounds;
}

}  // namespace starling
