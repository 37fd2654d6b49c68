// regular: a random graph in which every node has the same degree.
#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "topology/graphs/graphs.h"
#include "topology/graphs/parameters.h"

namespace starling {
namespace {

std::uint64_t key(Edge e) {
  return std::uint64_t{std::min(e.u, e.v)} << 32 | std::max(e.u, e.v);
}

// The pairing model: every node has d half-edges, shuffled and joined two by two. Loops and
// parallel edges are repaired by switches with random good edges, {a b} {c d} -> {a c} {b d}, which
// keep all degrees. Empty when the repair does not end (dense graphs of few nodes): draw again.
std::vector<Edge> pairing(NodeId n, std::uint64_t d, RandomStream& stream) {
  std::vector<NodeId> halves;
  halves.reserve(n * d);
  for (NodeId i = 0; i < n; ++i) halves.insert(halves.end(), d, i);
  shuffle(halves, stream);
  std::vector<Edge> edges;
  for (std::size_t k = 0; k < halves.size(); k += 2) edges.push_back({halves[k], halves[k + 1]});
  std::unordered_set<std::uint64_t> present;
  present.reserve(edges.size());
  std::vector<std::size_t> bad;
  std::vector<char> good(edges.size(), 0);
  for (std::size_t k = 0; k < edges.size(); ++k) {
    good[k] = edges[k].u != edges[k].v && present.insert(key(edges[k])).second;
    if (!good[k]) bad.push_back(k);
  }
  std::size_t tries = 100 * edges.size() + 1000;
  while (!bad.empty()) {
    if (tries-- == 0) return {};
    Edge& broken = edges[bad.back()];
    const std::size_t other = stream.below(edges.size());
    const bool turn = stream.below(2) == 1;
    if (!good[other]) continue;
    Edge& partner = edges[other];
    Edge first{broken.u, turn ? partner.v : partner.u};
    Edge second{broken.v, turn ? partner.u : partner.v};
    if (first.u == first.v || second.u == second.v || key(first) == key(second)) continue;
    if (present.contains(key(first)) || present.contains(key(second))) continue;
    present.erase(key(partner));
    present.insert(key(first));
    present.insert(key(second));
    broken = first;
    partner = second;
    good[bad.back()] = 1;
    bad.pop_back();
  }
  return edges;
}

std::vector<Edge> complement(NodeId n, const std::vector<Edge>& edges) {
  const Graph graph = Graph::from_edges(n, edges);
  std::vector<Edge> others;
  for (NodeId u = 0; u < n; ++u)
    for (NodeId v = u + 1; v < n; ++v)
      if (!graph.adjacent(u, v)) others.push_back({u, v});
  return others;
}

}  // namespace

Graph regular_graph(const GraphParameters& given) {
  const Reader reader{"regular", given};
  const NodeId n = reader.nodes();
  const std::uint64_t d = reader.degree(n == 1 ? 0 : 1, n - 1);
  if (n * d % 2 != 0)
    refuse("regular", "degree", std::to_string(d),
           "nodes * degree even (nodes = " + std::to_string(n) + ")");
  if (n * d / 2 > kEdgesMax)
    refuse("regular", "degree", std::to_string(d),
           "at most " + std::to_string(kEdgesMax) + " edges");
  const bool sparse = d <= n / 2;  // else the complement is easier to draw
  return connected_draw(
      reader,
      [&](RandomStream& stream) {
        auto edges = pairing(n, sparse ? d : n - 1 - d, stream);
        if (edges.empty() && sparse && d > 0) return Graph::from_edges(n, {});
        return Graph::from_edges(n, sparse ? std::move(edges) : complement(n, edges));
      },
      "degree from 3 up");
}

}  // namespace starling
