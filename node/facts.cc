#include "node/facts.h"

#include <xxhash.h>

#include <algorithm>

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
      next_(configured.nodes()) {}

void Facts::add_edges(const Graph& more) {
  std::vector<Edge> all = edges_;
  for (const Edge& edge : more.edge_list())
    if (!graph_.adjacent(edge.u, edge.v)) all.push_back(edge);
  std::sort(all.begin(), all.end());
  std::vector<EdgeFact> facts;
  for (const Edge& edge : all)
    facts.push_back(graph_.adjacent(edge.u, edge.v) ? facts_[edge_index(edge.u, edge.v)]
                    : later_.contains(edge)         ? later_.at(edge)
                                                    : EdgeFact{});
  later_.clear();
  graph_ = Graph::from_edges(graph_.nodes(), all);
  edges_ = std::move(all);
  facts_ = std::move(facts);
}

void Facts::require(const Graph& graph) { required_ = graph; }

std::size_t Facts::edge_index(NodeId i, NodeId j) const {
  const Edge edge{std::min(i, j), std::max(i, j)};
  return static_cast<std::size_t>(std::lower_bound(edges_.begin(), edges_.end(), edge) -
                                  edges_.begin());
}

bool Facts::merge_edge(std::size_t index, const EdgeFact& fact) {
  if (fact <= facts_[index]) return false;
  facts_[index] = fact;
  return true;
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
  return true;
}

bool Facts::merge_prepared(NodeId i, const Prepared& prepared) {
  if (prepared_[i] && prepared.age <= prepared_[i]->age) return false;
  prepared_[i] = prepared;
  return true;
}

bool Facts::merge_proposal(const Proposal& proposal) {
  if (proposal <= proposal_) return false;
  proposal_ = proposal;
  return true;
}

bool Facts::merge_next(NodeId i, const Prepared& next) {
  if (next_[i] && next.age <= next_[i]->age) return false;
  next_[i] = next;
  return true;
}

std::uint64_t Facts::age() const {
  std::uint64_t sum = 0;
  for (const EdgeFact& fact : facts_) sum += fact.counter;
  return sum;
}

void Facts::begin_run() {
  for (std::size_t e = 0; e < edges_.size(); ++e) begun_[edges_[e]] = facts_[e].counter;
}

bool Facts::holds(std::size_t index) const {
  const EdgeFact& fact = facts_[index];
  if (!fact.up() || fact.cause != Cause::restarted) return fact.up();
  const auto begun = begun_.find(edges_[index]);
  return begun == begun_.end() || fact.counter == begun->second;
}

bool Facts::complete() const {
  for (std::size_t e = 0; e < edges_.size(); ++e)
    if (!holds(e) && required_.adjacent(edges_[e].u, edges_[e].v)) return false;
  return true;
}

std::uint64_t Facts::view() const {
  std::vector<std::uint32_t> canonical{graph_.nodes()};
  for (std::size_t e = 0; e < edges_.size(); ++e)
    canonical.insert(canonical.end(), {edges_[e].u, edges_[e].v, facts_[e].counter});
  return XXH3_64bits(canonical.data(), canonical.size() * sizeof canonical[0]);
}

std::vector<bool> Facts::component(NodeId from) const {
  std::vector<bool> reached(graph_.nodes());
  std::vector<NodeId> stack{from};
  reached[from] = true;
  while (!stack.empty()) {
    const NodeId i = stack.back();
    stack.pop_back();
    for (NodeId j : graph_.neighbors(i)) {
      if (reached[j] || !required_.adjacent(i, j) || !holds(edge_index(i, j))) continue;
      reached[j] = true;
      stack.push_back(j);
    }
  }
  return reached;
}

}  // namespace starling
