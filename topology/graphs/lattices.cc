// grid, torus, hypercube: node r * columns + c stands in row r and column c.
#include <bit>

#include "topology/graphs/graphs.h"
#include "topology/graphs/parameters.h"

namespace starling {

Graph grid_graph(const GraphParameters& given) {
  const auto [rows, columns] = Reader{"grid", given}.sides();
  std::vector<Edge> edges;
  for (NodeId r = 0; r < rows; ++r)
    for (NodeId c = 0; c < columns; ++c) {
      const NodeId i = r * columns + c;
      if (c + 1 < columns) edges.push_back({i, i + 1});
      if (r + 1 < rows) edges.push_back({i, i + columns});
    }
  return Graph::from_edges(rows * columns, std::move(edges));
}

// Steps right and down with wrapping; a side of two closes on the same edge, a side of one on the
// node itself.
Graph torus_graph(const GraphParameters& given) {
  const auto [rows, columns] = Reader{"torus", given}.sides();
  std::vector<Edge> edges;
  for (NodeId r = 0; r < rows; ++r)
    for (NodeId c = 0; c < columns; ++c) {
      const NodeId i = r * columns + c;
      edges.push_back({i, r * columns + (c + 1) % columns});
      edges.push_back({i, (r + 1) % rows * columns + c});
    }
  return simple_graph(rows * columns, std::move(edges));
}

Graph hypercube_graph(const GraphParameters& given) {
  const NodeId n = Reader{"hypercube", given}.nodes();
  if (!std::has_single_bit(n))
    refuse("hypercube", "nodes", std::to_string(n),
           "powers of two, as " + std::to_string(std::bit_floor(n)) + " or " +
               std::to_string(std::uint64_t{std::bit_floor(n)} * 2));
  std::vector<Edge> edges;
  for (NodeId i = 0; i < n; ++i)
    for (NodeId bit = 1; bit < n; bit *= 2)
      if ((i & bit) == 0) edges.push_back({i, i | bit});
  return Graph::from_edges(n, std::move(edges));
}

}  // namespace starling
