#include "topology/weights/edge_transitive.h"

#include <cstddef>
#include <vector>

#include "topology/spectrum/closed_form.h"

namespace starling {
namespace {

bool cycle(const Graph& graph) {
  for (NodeId i = 0; i < graph.nodes(); ++i)
    if (graph.degree(i) != 2) return false;
  return true;  // connected
}

// The neighbors of node 0 are one side; every edge must lead across, and a b of them must exist.
bool complete_bipartite(const Graph& graph) {
  const std::size_t b = graph.degree(0), a = graph.nodes() - b;
  if (graph.edges() != a * b) return false;
  std::vector<char> right(graph.nodes(), 0);
  for (const NodeId j : graph.neighbors(0)) right[j] = 1;
  for (NodeId i = 0; i < graph.nodes(); ++i)
    for (const NodeId j : graph.neighbors(i))
      if (right[i] == right[j]) return false;
  return true;
}

bool square_torus_or_hypercube(const Graph& graph) {
  const auto sides = cayley_sides(graph);
  if (sides.size() < 2) return false;
  const NodeId first = sides[0];
  for (const NodeId side : sides)
    if (side != first) return false;
  // One step forth and one back along every side, and nothing else.
  if (graph.degree(0) != (first == 2 ? 1 : 2) * sides.size()) return false;
  NodeId stride = 1;
  for (std::size_t k = 0; k < sides.size(); ++k, stride *= first)
    if (!graph.adjacent(0, stride)) return false;
  return true;
}

}  // namespace

bool complete(const Graph& graph) {
  return graph.edges() == std::size_t{graph.nodes()} * (graph.nodes() - 1) / 2;
}

bool known_edge_transitive(const Graph& graph) {
  return complete(graph) || cycle(graph) || complete_bipartite(graph) ||
         square_torus_or_hypercube(graph);
}

}  // namespace starling
