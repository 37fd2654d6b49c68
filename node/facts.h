#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
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

// A text that asks for other graphs or weights (switch_plan.h), flooded from the node that read it;
// the later of two, by (sequence, origin), stays.
struct Proposal {
  std::uint64_t sequence = 0;
  NodeId origin = 0;
  std::string text;
  auto operator<=>(const Proposal&) const = default;
};

// All a node knows of the cluster, merged by maximum: floods need no order and no coordinator
// (design: facts and views).
//
// Keeps     one fact per edge known, samples and the last PREPARED of each node, the last proposal
//           and each node's record for its next switch.
class Facts {
 public:
  explicit Facts(const Graph& configured);

  // All edges known: the configured ones, and those of switches to come.
  const Graph& graph() const { return graph_; }
  // Edges that must be up; the others may come or go.
  const Graph& required() const { return required_; }
  // More edges, each down until its ends have met. Indices of edges change.
  void add_edges(const Graph& more);
  void require(const Graph& graph);  // requires edges known
  const std::vector<Edge>& edges() const { return edges_; }
  std::size_t edge_index(NodeId i, NodeId j) const;  // requires adjacent(i, j)
  const EdgeFact& edge(std::size_t index) const { return facts_[index]; }
  std::uint64_t samples(NodeId i) const { return samples_[i]; }
  const std::optional<Prepared>& prepared(NodeId i) const { return prepared_[i]; }
  const Proposal& proposal() const { return proposal_; }  // sequence 0: none
  // Node i's record for the next switch: `view` names the switch, `age` orders them.
  const std::optional<Prepared>& next(NodeId i) const { return next_[i]; }

  // Each returns whether something new was learned.
  bool merge_edge(std::size_t index, const EdgeFact& fact);
  // Of an edge not known here: kept for the day it is, within bounds; false.
  bool keep_for_later(const Edge& edge, const EdgeFact& fact);
  bool merge_samples(NodeId i, std::uint64_t samples);
  bool merge_prepared(NodeId i, const Prepared& prepared);
  bool merge_proposal(const Proposal& proposal);
  bool merge_next(NodeId i, const Prepared& next);

  // From now on the models belong to a run: a node that is started again has lost its own, and its
  // edges hold no more, although they are up.
  void begin_run();
  bool holds(std::size_t index) const;
  bool complete() const;      // every required edge holds
  std::uint64_t age() const;  // the sum of all counters: grows from view to view
  std::uint64_t view()
      const;  // XXH3-64 of the edges and their counters: the id of the view they form
  // Reachable through required edges that hold.
  std::vector<bool> component(NodeId from) const;

 private:
  Graph graph_, required_;
  std::vector<Edge> edges_;
  std::vector<EdgeFact> facts_;
  std::map<Edge, EdgeFact> later_;
  std::map<Edge, std::uint32_t> begun_;  // counters when the run began
  std::vector<std::uint64_t> samples_;   // 0: not known yet
  std::vector<std::optional<Prepared>> prepared_, next_;
  Proposal proposal_;
};

}  // namespace starling
