#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/agreement.h"
#include "consensus/snapshot.h"
#include "node/views/view.h"
#include "topology/graph.h"

namespace starling {

// Why an edge went down, as its end saw it.
enum class Cause : std::uint8_t {
  none = 0,
  closed = 1,
  silent = 2,
  restarted = 3,
  failed = 4,
  lost = 5,
  left = 6  // it said so, at a lap's end
};
std::string_view describe(Cause cause);  // "connection closed"

// One edge: odd = down, even = up; only ever growing. Cause, step and words belong to the counter.
struct EdgeFact {
  std::uint32_t counter = 1;
  Cause cause = Cause::none;
  std::uint64_t step = 0;
  std::string why{};  // of a node that failed: its own words, at most kMostWords bytes
  bool up() const { return counter % 2 == 0; }
  auto operator<=>(const EdgeFact&) const = default;
};

inline constexpr std::size_t kMostWords = 200;

// One node's record for a view, sent once and never changed.
struct Prepared {
  std::uint64_t view = 0;
  std::uint64_t age = 0;   // Facts::age() of the view: the later one of two records has the larger
  std::uint64_t step = 0;  // that its x stands at
  bool begun = false;      // whether it has a model of this run at all
  NodeRecord record;
  std::vector<HeldSnapshot> held{};  // ascending; of one that has no model yet
};

inline constexpr std::size_t kMostHeld = 64;

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

  // All edges known: the configured ones, those of switches to come, and heal edges.
  const Graph& graph() const { return graph_; }
  // Edges of the graph in force, and heal edges: those that make views; the others may come or go.
  const Graph& required() const { return required_; }
  // More edges, each down until its ends have met. Indices of edges change.
  void add_edges(const Graph& more);
  // An edge beside the configured ones that joins what is apart; it stays.
  bool add_heal_edge(const Edge& edge);
  bool heals(NodeId i, NodeId j) const { return heal_.contains({std::min(i, j), std::max(i, j)}); }
  void require(const Graph& graph);  // puts it in force; requires its edges known
  // The switch whose graph and weights are in force here: views of others are other views.
  void apply(std::uint64_t sequence);
  std::uint64_t applied() const { return applied_; }
  const std::vector<Edge>& edges() const { return edges_; }
  std::size_t edge_index(NodeId i, NodeId j) const;  // requires adjacent(i, j)
  const EdgeFact& edge(std::size_t index) const { return facts_[index]; }
  std::uint64_t samples(NodeId i) const { return samples_[i]; }
  const std::optional<Prepared>& prepared(NodeId i) const { return prepared_[i]; }
  const Proposal& proposal() const { return proposal_; }  // sequence 0: none
  const Proposal& in_force() const { return in_force_; }  // the last switch made anywhere
  bool late() const { return late_; }                     // some node's start_limit is over
  // Node i's record for the next switch: `view` names the switch, `age` orders them.
  const std::optional<Prepared>& next(NodeId i) const { return next_[i]; }

  // Counts what was learned, and says when each fact was: a neighbor who was told all up to some
  // count needs only what came later.
  std::uint64_t learned() const { return learned_; }
  std::uint64_t edge_learned(std::size_t index) const { return edge_learned_[index]; }
  std::uint64_t node_learned(NodeId i) const { return node_learned_[i]; }
  std::uint64_t rest_learned() const { return rest_learned_; }  // proposals, late

  // Each returns whether something new was learned.
  bool merge_edge(std::size_t index, const EdgeFact& fact);
  // Of an edge not known here: kept for the day it is, within bounds; false.
  bool keep_for_later(const Edge& edge, const EdgeFact& fact);
  bool merge_samples(NodeId i, std::uint64_t samples);
  bool merge_prepared(NodeId i, const Prepared& prepared);
  bool merge_proposal(const Proposal& proposal);
  bool merge_in_force(const Proposal& proposal);
  bool merge_late(bool late);
  bool merge_next(NodeId i, const Prepared& next);

  bool complete() const;  // every required edge is up
  // Grows with whatever gives the view another id. Edges not known here count, too: a node that is
  // started again amid a switch is no younger than its former life.
  std::uint64_t age() const;
  // Grows with every change of edges and of what is required: while it stays, so does the view.
  std::uint64_t generation() const { return generation_; }
  View view(NodeId self) const;
  std::map<Edge, std::uint32_t> counters() const;
  // The view as if nobody had left since the counters were these: a lap is finished with who
  // leaves.
  View view_with_leavers(NodeId self, const std::map<Edge, std::uint32_t>& before) const;

 private:
  View view_of(NodeId self, std::span<const std::uint32_t> counters) const;
  bool learn(std::uint64_t& when) {
    when = ++learned_;
    return true;
  }

  Graph graph_, required_;
  std::vector<Edge> edges_;
  std::vector<EdgeFact> facts_;
  std::set<Edge> heal_;
  std::map<Edge, EdgeFact> later_;
  std::vector<std::uint64_t> samples_;  // 0: not known yet
  std::vector<std::optional<Prepared>> prepared_, next_;
  Proposal proposal_, in_force_;
  bool late_ = false;
  std::uint64_t generation_ = 0, applied_ = 0;
  std::uint64_t learned_ = 1, rest_learned_ = 1;
  std::vector<std::uint64_t> edge_learned_, node_learned_;
};

}  // namespace starling
