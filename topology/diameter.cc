// The exact diameter by eccentricities of as few nodes as possible.
//
//   ecc(v) <= ecc(s) + d(s, v)       from every node s searched before
//   d(v, w) <= 2 i                   when both are within i of the centre: far levels come first
//
// Searches that remain run 256 at a time, one bit each: they share every edge they look at on the
// same level.
// Source    iFUB [CrescenziEtAl2013]; bounds [TakesKosters2011]; shared searches [ThenEtAl2014].
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "topology/graph.h"
#include "topology/spectrum/closed_form.h"

namespace starling {
namespace {

constexpr NodeId kFar = std::numeric_limits<NodeId>::max();

struct Search {
  std::vector<NodeId> distance;
  NodeId farthest = 0;
  NodeId eccentricity = 0;
};

Search search_from(const Graph& graph, NodeId source) {
  Search search;
  search.distance.assign(graph.nodes(), kFar);
  std::vector<NodeId> queue{source};
  queue.reserve(graph.nodes());
  search.distance[source] = 0;
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const NodeId j : graph.neighbors(queue[head]))
      if (search.distance[j] == kFar) {
        search.distance[j] = search.distance[queue[head]] + 1;
        queue.push_back(j);
      }
  search.farthest = queue.back();
  search.eccentricity = search.distance[queue.back()];
  return search;
}

constexpr std::size_t kWords = 4, kShared = 64 * kWords;
using Mask = std::array<std::uint64_t, kWords>;

// The eccentricities of up to 256 sources. Requires a connected graph: the last level a search
// reaches anything on is the eccentricity of its source.
class SharedSearch {
 public:
  explicit SharedSearch(const Graph& graph)
      : graph_(graph), seen_(graph.nodes()), front_(graph.nodes()), next_(graph.nodes()) {}

  std::vector<NodeId> eccentricities(std::span<const NodeId> sources) {
    std::fill(seen_.begin(), seen_.end(), Mask{});
    std::vector<NodeId> eccentricity(sources.size(), 0), level, following;
    for (std::size_t s = 0; s < sources.size(); ++s) {
      seen_[sources[s]][s / 64] |= std::uint64_t{1} << s % 64;
      front_[sources[s]] = seen_[sources[s]];
      level.push_back(sources[s]);
    }
    for (NodeId distance = 1; !level.empty(); ++distance) {
      const Mask reached = advance(level, following);
      for (std::size_t s = 0; s < sources.size(); ++s)
        if (reached[s / 64] >> s % 64 & 1) eccentricity[s] = distance;
      level.swap(following);
      front_.swap(next_);
    }
    return eccentricity;
  }
  double work() const { return work_; }

 private:
  // One level: `level` holds the nodes whose front_ is not empty, and leaves it empty behind.
  Mask advance(const std::vector<NodeId>& level, std::vector<NodeId>& following) {
    Mask reached{};
    following.clear();
    for (const NodeId i : level) {
      const Mask front = std::exchange(front_[i], Mask{});
      work_ += static_cast<double>(graph_.degree(i));
      for (const NodeId j : graph_.neighbors(i)) {
        Mask fresh;
        std::uint64_t any = 0, had = 0;
        for (std::size_t w = 0; w < kWords; ++w) {
          fresh[w] = front[w] & ~seen_[j][w];
          any |= fresh[w];
        }
        if (any == 0) continue;
        for (std::size_t w = 0; w < kWords; ++w) {
          had |= next_[j][w];
          next_[j][w] |= fresh[w];
          reached[w] |= fresh[w];
        }
        if (had == 0) following.push_back(j);
      }
    }
    for (const NodeId j : following)
      for (std::size_t w = 0; w < kWords; ++w) seen_[j][w] |= next_[j][w];
    return reached;
  }

  const Graph& graph_;
  std::vector<Mask> seen_, front_, next_;
  double work_ = 0;
};

// bound(v) <= bound(neighbor) + 1, from the nodes whose bound has just fallen.
void spread(const Graph& graph, std::vector<NodeId>& bound, std::vector<NodeId> fallen) {
  std::sort(fallen.begin(), fallen.end(), [&](NodeId a, NodeId b) {
    return std::pair(bound[a], a) < std::pair(bound[b], b);
  });
  for (std::size_t head = 0; head < fallen.size(); ++head)
    for (const NodeId j : graph.neighbors(fallen[head]))
      if (bound[j] > bound[fallen[head]] + 1) {
        bound[j] = bound[fallen[head]] + 1;
        fallen.push_back(j);
      }
}

struct Start {
  NodeId lower = 0;
  Search centre;
};

// A centre by trial: the node that is nearest to all far ends found so far, whose own farthest node
// is the next far end. On a grid, the four corners are found, then the middle.
Start start_from(const Graph& graph) {
  constexpr int kTrials = 8;
  Start start;
  std::vector<NodeId> far(graph.nodes(), 0);  // max over the far ends of the distance to them
  NodeId from = 0;
  for (NodeId i = 1; i < graph.nodes(); ++i)
    if (graph.degree(i) > graph.degree(from)) from = i;
  start.centre = search_from(graph, from);
  NodeId farthest = start.centre.farthest;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Search end = search_from(graph, farthest);
    for (NodeId i = 0; i < graph.nodes(); ++i) far[i] = std::max(far[i], end.distance[i]);
    from = static_cast<NodeId>(std::min_element(far.begin(), far.end()) - far.begin());
    Search candidate = search_from(graph, from);
    farthest = candidate.farthest;
    start.lower = std::max({start.lower, end.eccentricity, candidate.eccentricity});
    const bool central = candidate.eccentricity == far[from];  // no node has less
    if (candidate.eccentricity < start.centre.eccentricity) start.centre = std::move(candidate);
    if (central) break;
  }
  return start;
}

DiameterBounds search_levels(const Graph& graph, const Start& start, double work_max) {
  const auto& level = start.centre.distance;
  NodeId lower = start.lower;
  std::vector<NodeId> bound(graph.nodes());  // on the eccentricity
  std::vector<NodeId> order(graph.nodes());
  std::iota(order.begin(), order.end(), NodeId{0});
  for (const NodeId i : order) bound[i] = start.centre.eccentricity + level[i];
  std::stable_sort(order.begin(), order.end(),
                   [&](NodeId a, NodeId b) { return level[a] > level[b]; });
  SharedSearch shared(graph);
  std::vector<NodeId> sources;
  for (std::size_t at = 0; at < order.size();) {
    sources.clear();
    for (; at < order.size() && sources.size() < kShared; ++at)
      if (bound[order[at]] > lower) sources.push_back(order[at]);
    if (sources.empty() || 2 * level[sources.front()] <= lower) return {lower, lower};
    if (shared.work() > work_max) {
      const NodeId upper = *std::max_element(bound.begin(), bound.end());
      return {lower, std::max(lower, std::min(upper, 2 * level[sources.front()]))};
    }
    const auto eccentricity = shared.eccentricities(sources);
    for (std::size_t s = 0; s < sources.size(); ++s) {
      lower = std::max(lower, eccentricity[s]);
      bound[sources[s]] = eccentricity[s];
    }
    spread(graph, bound, sources);
  }
  return {lower, lower};
}

}  // namespace

DiameterBounds diameter_bounds(const Graph& graph, double work_max) {
  const NodeId n = graph.nodes();
  if (n <= 1) return {0, 0};
  if (graph.edges() == n - 1) {  // a tree: the far end of a far end
    const NodeId ends = search_from(graph, search_from(graph, 0).farthest).eccentricity;
    return {ends, ends};
  }
  if (!cayley_sides(graph).empty()) {
    const NodeId any = search_from(graph, 0).eccentricity;
    return {any, any};
  }
  const bool cycle = [&] {
    for (NodeId i = 0; i < n; ++i)
      if (graph.degree(i) != 2) return false;
    return true;
  }();
  if (cycle) return {n / 2, n / 2};
  return search_levels(graph, start_from(graph), work_max);
}

NodeId diameter(const Graph& graph) {
  return diameter_bounds(graph, std::numeric_limits<double>::infinity()).lower;
}

}  // namespace starling
