#include "node/views/facts.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace starling {

std::string_view describe(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "no reason given";
    case Cause::closed:
      return "connection closed";
    case Cause::silent:
      return "silent";
    case Cause::restarted:
      return "restarted";
    case Cause::failed:
      return "failed";
    case Cause::lost:
      return "lost the cluster";
    case Cause::left:
      return "left";
  }
  return "no reason given";
}

Facts::Facts(const Graph& configured)
    : graph_(configured),
      required_(configured),
      edges_(configured.edge_list()),
      facts_(edges_.size()),
      samples_(configured.nodes()),
      prepared_(configured.nodes()),
      next_(configured.nodes()),
      edge_learned_(edges_.size(), 1),
      node_learned_(configured.nodes(), 1) {}

void Facts::add_edges(const Graph& more) {
  std::vector<Edge> all = edges_;
  for (const Edge& edge : more.edge_list())
    if (!graph_.adjacent(edge.u, edge.v)) all.push_back(edge);
  std::sort(all.begin(), all.end());
  std::vector<EdgeFact> facts;
  std::vector<std::uint64_t> learned;
  for (const Edge& edge : all) {
    if (graph_.adjacent(edge.u, edge.v)) {
      const std::size_t known = edge_index(edge.u, edge.v);
      facts.push_back(facts_[known]);
      learned.push_back(edge_learned_[known]);
    } else {
      const auto later = later_.extract(edge);
      facts.push_back(later ? later.mapped() : EdgeFact{});
      learn(learned.emplace_back());
    }
  }
  graph_ = Graph::from_edges(graph_.nodes(), all);
  edges_ = std::move(all);
  facts_ = std::move(facts);
  edge_learned_ = std::move(learned);
  ++generation_;
}

bool Facts::add_heal_edge(const Edge& edge) {
  if (!heal_.insert(edge).second) return false;
  if (!required_.adjacent(edge.u, edge.v)) {
    add_edges(Graph::from_edges(graph_.nodes(), {edge}));
    std::vector<Edge> edges = required_.edge_list();
    edges.push_back(edge);
    required_ = Graph::from_edges(graph_.nodes(), std::move(edges));
  }
  return learn(edge_learned_[edge_index(edge.u, edge.v)]);
}

void Facts::require(const Graph& graph) {
  std::vector<Edge> edges = graph.edge_list();
  for (const Edge& edge : heal_)
    if (!graph.adjacent(edge.u, edge.v)) edges.push_back(edge);
  required_ = Graph::from_edges(graph.nodes(), std::move(edges));
  ++generation_;
}

void Facts::apply(std::uint64_t sequence) {
  if (std::exchange(applied_, sequence) == sequence) return;
  ++generation_;
}

std::size_t Facts::edge_index(NodeId i, NodeId j) const {
  const Edge edge{std::min(i, j), std::max(i, j)};
  return static_cast<std::size_t>(std::lower_bound(edges_.begin(), edges_.end(), edge) -
                                  edges_.begin());
}

bool Facts::merge_edge(std::size_t index, const EdgeFact& fact) {
  if (fact <= facts_[index]) return false;
  facts_[index] = fact;
  ++generation_;
  return learn(edge_learned_[index]);
}

bool Facts::keep_for_later(const Edge& edge, const EdgeFact& fact) {
  constexpr std::size_t kMost = 100'000;
  if (later_.size() >= kMost && !later_.contains(edge)) return false;
  EdgeFact& kept = later_[edge];
  kept = std::max(kept, fact);
  return false;
}

bool Facts::merge_samples(NodeId i, std::uint64_t samples) {
  if (samples <= samples_[i]) return false;
  samples_[i] = samples;
  return learn(node_learned_[i]);
}

bool Facts::merge_prepared(NodeId i, const Prepared& prepared) {
  if (prepared_[i] && prepared.age <= prepared_[i]->age) return false;
  prepared_[i] = prepared;
  return learn(node_learned_[i]);
}

bool Facts::merge_proposal(const Proposal& proposal) {
  if (proposal <= proposal_) return false;
  proposal_ = proposal;
  return learn(rest_learned_);
}

bool Facts::merge_in_force(const Proposal& proposal) {
  if (proposal <= in_force_) return false;
  in_force_ = proposal;
  return learn(rest_learned_);
}

bool Facts::merge_late(bool late) {
  return late && !std::exchange(late_, true) && learn(rest_learned_);
}

bool Facts::merge_next(NodeId i, const Prepared& next) {
  if (next_[i] && next.age <= next_[i]->age) return false;
  next_[i] = next;
  return learn(node_learned_[i]);
}

std::uint64_t Facts::age() const {
  std::uint64_t sum = heal_.size() + applied_;
  for (const EdgeFact& fact : facts_) sum += fact.counter;
  for (const auto& [edge, fact] : later_) sum += fact.counter;
  return sum;
}

bool Facts::complete() const {
  for (std::size_t e = 0; e < edges_.size(); ++e)
    if (!facts_[e].up() && required_.adjacent(edges_[e].u, edges_[e].v)) return false;
  return true;
}

View Facts::view(NodeId self) const {
  std::vector<std::uint32_t> counters;
  for (const EdgeFact& fact : facts_) counters.push_back(fact.counter);
  return view_of(self, counters);
}

std::map<Edge, std::uint32_t> Facts::counters() const {
  std::map<Edge, std::uint32_t> counters;
  for (std::size_t e = 0; e < edges_.size(); ++e) counters[edges_[e]] = facts_[e].counter;
  return counters;
}

View Facts::view_with_leavers(NodeId self, const std::map<Edge, std::uint32_t>& before) const {
  std::vector<std::uint32_t> counters;
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    const EdgeFact& fact = facts_[e];
    const auto then = before.find(edges_[e]);
    const bool since = !fact.up() && fact.cause == Cause::left && then != before.end() &&
                       then->second + 1 == fact.counter;
    counters.push_back(since ? then->second : fact.counter);
  }
  return view_of(self, counters);
}

View Facts::view_of(NodeId self, std::span<const std::uint32_t> counters) const {
  std::vector<bool> reached(graph_.nodes());
  std::vector<NodeId> stack{self};
  reached[self] = true;
  while (!stack.empty()) {
    const NodeId i = stack.back();
    stack.pop_back();
    for (NodeId j : required_.neighbors(i)) {
      if (reached[j] || counters[edge_index(i, j)] % 2 == 1) continue;
      reached[j] = true;
      stack.push_back(j);
    }
  }
  View view;
  for (NodeId i = 0; i < graph_.nodes(); ++i)
    if (reached[i]) view.members.push_back(i);
  std::vector<std::uint32_t> canonical(view.members.begin(), view.members.end());
  std::vector<Edge> links;
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    const auto [u, v] = edges_[e];
    // An edge that never was up is none: it may be a heal edge that only one end has tried.
    if (counters[e] <= 1 || !required_.adjacent(u, v) || !(reached[u] || reached[v])) continue;
    canonical.insert(canonical.end(), {u, v, counters[e]});
    if (counters[e] % 2 == 0) links.push_back({view.rank(u), view.rank(v)});
  }
  view.id =
      XXH3_64bits_withSeed(canonical.data(), canonical.size() * sizeof canonical[0], applied_);
  view.graph = Graph::from_edges(view.size(), std::move(links));
  return view;
}

}  // namespace starling
