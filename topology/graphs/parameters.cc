#include "topology/graphs/parameters.h"

#include <algorithm>
#include <utility>

namespace starling {
namespace {

std::string range(std::uint64_t least, std::uint64_t most) {
  return std::to_string(least) + ".." + std::to_string(most);
}

std::uint64_t in_range(std::string_view kind, std::string_view key,
                       std::optional<std::uint64_t> value, std::uint64_t least,
                       std::uint64_t most) {
  if (!value)
    throw GraphError("kind " + std::string(kind) + " needs " + std::string(key) +
                     "; allowed: " + range(least, most));
  if (*value < least || *value > most) {
    if (least > most) refuse(kind, key, std::to_string(*value), "none for this number of nodes");
    refuse(kind, key, std::to_string(*value), range(least, most));
  }
  return *value;
}

}  // namespace

void refuse(std::string_view kind, std::string_view key, const std::string& value,
            const std::string& allowed) {
  throw GraphError("kind " + std::string(kind) + ": " + std::string(key) + " = " + value +
                   "; allowed: " + allowed);
}

void refuse_unread(std::string_view kind, std::string_view read, const GraphParameters& given) {
  const std::string allowed = " " + std::string(read) + " ";
  const std::pair<std::string, bool> parameters[] = {{"nodes", given.nodes.has_value()},
                                                     {"degree", given.degree.has_value()},
                                                     {"rows", given.rows.has_value()},
                                                     {"cols", given.columns.has_value()},
                                                     {"probability", given.probability.has_value()},
                                                     {"radius", given.radius.has_value()},
      {"graphs", !given.graphs.empty()},
      {"weights", !given.weights.empty()}};
  for (const auto& [name, is_given] : parameters)
    if (is_given && allowed.find(" " + name + " ") == std::string::npos)
      throw GraphError("kind " + std::string(kind) + " does not read " + name +
                       "; allowed: " + std::string(read));
}

NodeId Reader::nodes(std::uint64_t least, std::uint64_t most) const {
  return static_cast<NodeId>(in_range(kind, "nodes", given.nodes, least, most));
}

std::uint64_t Reader::degree(std::uint64_t least, std::uint64_t most) const {
  return in_range(kind, "degree", given.degree, least, most);
}

double Reader::probability() const {
  if (!given.probability)
    throw GraphError("kind " + std::string(kind) + " needs probability; allowed: 0..1");
  if (!(*given.probability >= 0 && *given.probability <= 1))
    refuse(kind, "probability", std::to_string(*given.probability), "0..1");
  return *given.probability;
}

double Reader::radius() const {
  if (!given.radius)
    throw GraphError("kind " + std::string(kind) + " needs radius; allowed: above 0, up to 2");
  if (!(*given.radius > 0 && *given.radius <= 2))
    refuse(kind, "radius", std::to_string(*given.radius), "above 0, up to 2 (the unit square)");
  return *given.radius;
}

Reader::Sides Reader::sides(bool from_nodes) const {
  if (from_nodes && !given.rows && !given.columns) {
    const NodeId n = nodes();
    NodeId rows = 1;
    for (NodeId r = 1; std::uint64_t{r} * r <= n; ++r)
      if (n % r == 0) rows = r;
    return {rows, n / rows};
  }
  // One side and the number of nodes give the other.
  std::optional<std::uint64_t> rows = given.rows, columns = given.columns;
  auto& missing = rows ? columns : rows;
  const std::uint64_t known = rows ? *rows : columns.value_or(0);
  if (!missing && given.nodes && known > 0 && *given.nodes % known == 0)
    missing = *given.nodes / known;
  const std::uint64_t r = in_range(kind, "rows", rows, 1, kNodesMax);
  const std::uint64_t c = in_range(kind, "cols", columns, 1, kNodesMax);
  if (r * c > kNodesMax) refuse(kind, "rows * cols", std::to_string(r * c), range(1, kNodesMax));
  if (given.nodes && *given.nodes != r * c)
    refuse(kind, "nodes", std::to_string(*given.nodes), "rows * cols = " + std::to_string(r * c));
  return {static_cast<NodeId>(r), static_cast<NodeId>(c)};
}

Graph simple_graph(NodeId nodes, std::vector<Edge> edges) {
  std::erase_if(edges, [](const Edge& e) { return e.u == e.v; });
  for (Edge& e : edges)
    if (e.u > e.v) std::swap(e.u, e.v);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return Graph::from_edges(nodes, std::move(edges));
}

void refuse_disconnected(std::string_view kind, const std::string& hint, int draws) {
  throw GraphError("kind " + std::string(kind) + ": disconnected in all of " +
                   std::to_string(draws) + " draws; allowed: " + hint);
}

}  // namespace starling
