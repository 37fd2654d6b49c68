// complete, ring, path, star, complete_bipartite, barbell, tree.
#include "topology/graphs/graphs.h"
#include "topology/graphs/parameters.h"

namespace starling {

Graph complete_graph(const GraphParameters& given) {
  const NodeId n = Reader{"complete", given}.nodes(1, 14'000);  // 10^8 edges
  std::vector<Edge> edges;
  for (NodeId u = 0; u < n; ++u)
    for (NodeId v = u + 1; v < n; ++v) edges.push_back({u, v});
  return Graph::from_edges(n, std::move(edges));
}

Graph path_graph(const GraphParameters& given) {
  const NodeId n = Reader{"path", given}.nodes();
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) edges.push_back({v - 1, v});
  return Graph::from_edges(n, std::move(edges));
}

Graph ring_graph(const GraphParameters& given) {
  const NodeId n = Reader{"ring", given}.nodes();
  std::vector<Edge> edges;
  for (NodeId v = 0; v < n; ++v) edges.push_back({v, v + 1 == n ? 0 : v + 1});
  return simple_graph(n, std::move(edges));  // of one node no edge, of two one
}

Graph star_graph(const GraphParameters& given) {
  const NodeId n = Reader{"star", given}.nodes();
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) edges.push_back({0, v});
  return Graph::from_edges(n, std::move(edges));
}

// Nodes 0..rows-1 on one side, the other `columns` after them.
Graph complete_bipartite_graph(const GraphParameters& given) {
  const auto [a, b] = Reader{"complete_bipartite", given}.sides(false);
  if (std::uint64_t{a} * b > kEdgesMax)
    refuse("complete_bipartite", "rows * cols", std::to_string(std::uint64_t{a} * b),
           "at most " + std::to_string(kEdgesMax) + " edges");
  std::vector<Edge> edges;
  for (NodeId u = 0; u < a; ++u)
    for (NodeId v = 0; v < b; ++v) edges.push_back({u, a + v});
  return Graph::from_edges(a + b, std::move(edges));
}

// Two cliques of floor(n/2) nodes joined by an edge, or, when n is odd, by a node between them.
Graph barbell_graph(const GraphParameters& given) {
  const NodeId n = Reader{"barbell", given}.nodes(1, 20'000);
  const NodeId half = n / 2;
  std::vector<Edge> edges;
  for (const NodeId first : {NodeId{0}, n - half})
    for (NodeId u = first; u < first + half; ++u)
      for (NodeId v = u + 1; v < first + half; ++v) edges.push_back({u, v});
  for (NodeId v = half; half > 0 && v <= n - half; ++v) edges.push_back({v - 1, v});
  return Graph::from_edges(n, std::move(edges));
}

// A balanced tree filled level by level: the parent of i is (i - 1) / degree.
Graph tree_graph(const GraphParameters& given) {
  const Reader reader{"tree", given};
  const NodeId n = reader.nodes();
  const std::uint64_t children = given.degree ? reader.degree(1, kNodesMax) : 2;
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) edges.push_back({static_cast<NodeId>((v - 1) / children), v});
  return Graph::from_edges(n, std::move(edges));
}

}  // namespace starling
