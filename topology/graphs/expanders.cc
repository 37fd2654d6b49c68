// exponential, paley, margulis: few hops between any two nodes, by number theory instead of luck.
#include <cmath>

#include "topology/graphs/graphs.h"
#include "topology/graphs/parameters.h"

namespace starling {
namespace {

bool prime(std::uint64_t n) {
  if (n < 2) return false;
  for (std::uint64_t d = 2; d * d <= n; ++d)
    if (n % d == 0) return false;
  return true;
}

bool paley_size(std::uint64_t n) { return n % 4 == 1 && prime(n); }

// The nearest allowed sizes, for the message.
std::string paley_neighbors(std::uint64_t n) {
  std::uint64_t below = n, above = n + 1;
  while (below > 5 && !paley_size(below)) --below;
  while (!paley_size(above)) ++above;
  return below >= 5 && paley_size(below) && below < n
             ? std::to_string(below) + " or " + std::to_string(above)
             : std::to_string(above);
}

}  // namespace

// i ~ i +- 2^l for 2^l < n: the static exponential graph with its directions dropped.
// [YingEtAl2021]
Graph exponential_graph(const GraphParameters& given) {
  const NodeId n = Reader{"exponential", given}.nodes(1, 1u << 22);
  std::vector<Edge> edges;
  for (NodeId i = 0; i < n; ++i)
    for (NodeId step = 1; step < n; step *= 2) edges.push_back({i, (i + step) % n});
  return simple_graph(n, std::move(edges));
}

// i ~ j when i - j is a square modulo the prime n; -1 is a square when n = 1 mod 4, so the graph is
// undirected.
Graph paley_graph(const GraphParameters& given) {
  const NodeId n = Reader{"paley", given}.nodes(5, 20'000);
  if (!paley_size(n))
    refuse("paley", "nodes", std::to_string(n), "primes = 1 mod 4, as " + paley_neighbors(n));
  std::vector<char> square(n, 0);
  for (std::uint64_t x = 1; x < n; ++x) square[x * x % n] = 1;
  std::vector<Edge> edges;
  for (NodeId u = 0; u < n; ++u)
    for (NodeId v = u + 1; v < n; ++v)
      if (square[v - u]) edges.push_back({u, v});
  return Graph::from_edges(n, std::move(edges));
}

// Z_m x Z_m with (x, y) ~ (x +- 2y, y), (x +- (2y + 1), y), (x, y +- 2x), (x, y +- (2x + 1)).
// [GabberGalil1981] Departure: loops and parallel edges of the 8-regular multigraph are dropped,
// since a Graph is simple.
Graph margulis_graph(const GraphParameters& given) {
  const NodeId n = Reader{"margulis", given}.nodes();
  const auto m = static_cast<NodeId>(std::llround(std::sqrt(static_cast<double>(n))));
  if (m * m != n) {
    const auto low = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n)));
    refuse("margulis", "nodes", std::to_string(n),
           "squares, as " + std::to_string(low * low) + " or " +
               std::to_string((low + 1) * (low + 1)));
  }
  std::vector<Edge> edges;
  for (NodeId x = 0; x < m; ++x)
    for (NodeId y = 0; y < m; ++y) {
      const NodeId i = x * m + y;
      for (const NodeId shift : {NodeId{0}, NodeId{1}}) {
        edges.push_back({i, (x + 2 * y + shift) % m * m + y});
        edges.push_back({i, x * m + (y + 2 * x + shift) % m});
      }
    }
  return simple_graph(n, std::move(edges));
}

}  // namespace starling
