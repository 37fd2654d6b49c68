// erdos_renyi, watts_strogatz, barabasi_albert, geometric.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "topology/graphs/graphs.h"
#include "topology/graphs/parameters.h"

namespace starling {
namespace {

std::uint64_t key(NodeId u, NodeId v) {
  return std::uint64_t{std::min(u, v)} << 32 | std::max(u, v);
}

std::string rounded(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

}  // namespace

// Every pair with probability p. Skips between edges are geometric, so the cost is O(n + m).
// [BatageljBrandes2005]
Graph erdos_renyi_graph(const GraphParameters& given) {
  const Reader reader{"erdos_renyi", given};
  const NodeId n = reader.nodes();
  const double p = reader.probability();
  const double expected = p * static_cast<double>(n) * (static_cast<double>(n) - 1) / 2;
  if (expected > static_cast<double>(kEdgesMax) / 2)
    refuse("erdos_renyi", "probability", std::to_string(p),
           "at most " + std::to_string(kEdgesMax / 2) + " edges expected");
  const double threshold = std::log(static_cast<double>(n)) / n;
  const auto draw = [&](RandomStream& stream) {
    std::vector<Edge> edges;
    const double log_miss = std::log1p(-p);  // -inf at p = 1: every skip is one
    double at = -1;
    for (NodeId v = 1; p > 0 && v < n;) {
      at += 1 + std::floor(std::log(1 - stream.uniform()) / log_miss);
      while (v < n && at >= v) at -= v++;
      if (v < n) edges.push_back({static_cast<NodeId>(at), v});
    }
    return Graph::from_edges(n, std::move(edges));
  };
  return connected_draw(reader, draw,
                        "a larger probability; " + std::to_string(n) +
                            " nodes connect from about ln(n)/n = " + rounded(threshold));
}

// A ring lattice of even degree k, each edge's far end moved with probability p.
// [WattsStrogatz1998]
Graph watts_strogatz_graph(const GraphParameters& given) {
  const Reader reader{"watts_strogatz", given};
  const NodeId n = reader.nodes(3);
  const auto k = static_cast<NodeId>(reader.degree(2, n - 1));
  if (k % 2 != 0) refuse("watts_strogatz", "degree", std::to_string(k), "even numbers");
  if (std::uint64_t{n} * k / 2 > kEdgesMax)
    refuse("watts_strogatz", "degree", std::to_string(k),
           "at most " + std::to_string(kEdgesMax) + " edges");
  const double p = reader.probability();
  const auto draw = [&](RandomStream& stream) {
    std::vector<Edge> edges;
    std::unordered_set<std::uint64_t> present;
    std::vector<NodeId> degree(n, k);
    for (NodeId step = 1; step <= k / 2; ++step)
      for (NodeId u = 0; u < n; ++u) {
        edges.push_back({u, (u + step) % n});
        present.insert(key(u, (u + step) % n));
      }
    for (Edge& e : edges) {
      if (stream.uniform() >= p || degree[e.u] + 1 >= n) continue;  // joined to all: nowhere to go
      NodeId target;
      do target = static_cast<NodeId>(stream.below(n));
      while (target == e.u || present.contains(key(e.u, target)));
      present.erase(key(e.u, e.v));
      present.insert(key(e.u, target));
      --degree[e.v];
      ++degree[target];
      e.v = target;
    }
    return Graph::from_edges(n, std::move(edges));
  };
  return connected_draw(reader, draw, "a larger degree, or a smaller probability");
}

// Each new node joins `degree` distinct old ones, chosen by their degrees; the first degree + 1
// nodes are a star. Connected by construction. [BarabasiAlbert1999]
Graph barabasi_albert_graph(const GraphParameters& given) {
  const Reader reader{"barabasi_albert", given};
  const NodeId n = reader.nodes(2);
  const auto m = static_cast<NodeId>(reader.degree(1, n - 1));
  if (std::uint64_t{n} * m > kEdgesMax)
    refuse("barabasi_albert", "degree", std::to_string(m),
           "at most " + std::to_string(kEdgesMax) + " edges");
  RandomStream stream(given.seed, Purpose::graph);
  std::vector<Edge> edges;
  std::vector<NodeId> ends, chosen;  // a node stands in `ends` once for each of its edges
  for (NodeId v = m; v < n; ++v) {
    chosen.clear();
    if (v == m)
      for (NodeId u = 0; u < m; ++u) chosen.push_back(u);
    while (chosen.size() < m) {
      const NodeId u = ends[stream.below(ends.size())];
      if (std::find(chosen.begin(), chosen.end(), u) == chosen.end()) chosen.push_back(u);
    }
    for (const NodeId u : chosen) {
      edges.push_back({u, v});
      ends.push_back(u);
      ends.push_back(v);
    }
  }
  return Graph::from_edges(n, std::move(edges));
}

// Points of the unit square, joined when nearer than the radius; a point looks at its own cell and
// those around.
Graph geometric_graph(const GraphParameters& given) {
  const Reader reader{"geometric", given};
  const NodeId n = reader.nodes();
  const double radius = reader.radius();
  const double expected = std::min(1.0, 3.2 * radius * radius) * n * static_cast<double>(n) / 2;
  if (expected > static_cast<double>(kEdgesMax) / 2)
    refuse("geometric", "radius", std::to_string(radius),
           "at most " + std::to_string(kEdgesMax / 2) + " edges expected");
  const auto side = static_cast<std::size_t>(
      std::clamp(std::floor(1 / radius), 1.0, std::ceil(std::sqrt(static_cast<double>(n)))));
  const auto draw = [&](RandomStream& stream) {
    std::vector<std::pair<double, double>> point(n);
    std::vector<std::vector<NodeId>> cell(side * side);
    const auto column = [&](double x) {
      return std::min(side - 1, static_cast<std::size_t>(x * static_cast<double>(side)));
    };
    std::vector<Edge> edges;
    for (NodeId v = 0; v < n; ++v) {
      const double x = stream.uniform(), y = stream.uniform();
      point[v] = {x, y};
      const std::size_t cx = column(x), cy = column(y);
      for (std::size_t i = cx - (cx > 0); i <= std::min(cx + 1, side - 1); ++i)
        for (std::size_t j = cy - (cy > 0); j <= std::min(cy + 1, side - 1); ++j)
          for (const NodeId u : cell[i * side + j]) {
            const double dx = x - point[u].first, dy = y - point[u].second;
            if (dx * dx + dy * dy <= radius * radius) edges.push_back({u, v});
          }
      cell[cx * side + cy].push_back(v);
    }
    return Graph::from_edges(n, std::move(edges));
  };
  const double threshold = std::sqrt(std::log(static_cast<double>(n)) / (3.141592653589793 * n));
  return connected_draw(reader, draw,
                        "a larger radius; " + std::to_string(n) +
                            " nodes connect from about sqrt(ln(n)/(pi n)) = " + rounded(threshold));
}

}  // namespace starling
