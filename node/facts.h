#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "consensus/agreement.h"
#include "topology/graph.h"

namespace starling {

// Why an edge went down, as its end saw it.
enum class Cause : std::uint8_t { none = 0, closed = 1, silent = 2, restarted = 3 };
std::string_view describe(Cause cause);  // "connection closed"

// One edge: odd = down, even = up; only ever growing. The cause and the step belong to the counter.
struct EdgeFact {
  std::uint32_t counter = 1;
  Cause cause = Cause::none;
  std::uint64_t step = 0;
  bool up() const { return counter % 2 == 0; }
  auto operator<=>(const EdgeFact&) const = default;
};

// One node's record for a view, sent once and never changed.
struct Prepared {
  std::uint64_t view = 0;
  std::uint64_t age = 0;  // Facts::age() of the view: the later one of two records has the larger
  NodeRecord record;
};

// All a node knows of the cluster, merged by maximum: floods need no order and no coordinator
// (design: facts and views).
//
// Keeps     one fact per configured edge, samples and the last PREPARED of each node.
class Facts {
 public:
  explicit Facts(const Graph& configured);

  const Graph& graph() const { return graph_; }
  const std::vector<Edge>& edges() const { return edges_; }
  std::size_t edge_index(NodeId i, NodeId j) const;  // requires adjacent(i, j)
  const EdgeFact& edge(std::size_t index) const { return facts_[index]; }
  std::uint64_t samples(NodeId i) const { return samples_[i]; }
  const std::optional<Prepared>& prepared(NodeId i) const { return prepared_[i]; }

  // Each returns whether something new was learned.
  bool merge_edge(std::size_t index, const EdgeFact& fact);
  bool merge_samples(NodeId i, std::uint64_t samples);
  bool merge_prepared(NodeId i, const Prepared& prepared);

  bool complete() const;      // every configured edge is up
  std::uint64_t age() const;  // the sum of all counters: grows from view to view
  std::uint64_t view()
      const;  // XXH3-64 of the edges and their counters: the id of the view they form
  std::vector<bool> component(NodeId from) const;  // reachable through edges that are up

 private:
  Graph graph_;
  std::vector<Edge> edges_;
  std::vector<EdgeFact> facts_;
  std::vector<std::uint64_t> samples_;  // 0: not known yet
  std::vector<std::optional<Prepared>> prepared_;
};

}  // namespace starling
