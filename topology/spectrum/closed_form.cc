#include "topology/spectrum/closed_form.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace starling {

LaplacianSpectrum cayley_laplacian(const Graph& graph, const std::vector<NodeId>& sides);

namespace {

// 2 - 2 cos(x) without cancellation.
double chord(double x) {
  const double sine = std::sin(x / 2);
  return 4 * sine * sine;
}

LaplacianSpectrum ends(double l_2, double l_n) { return {l_2, l_n, "closed form"}; }

// Connected with all degrees two: a cycle; with n - 1 edges and no degree above two: a path.
std::optional<LaplacianSpectrum> cycle_or_path(const Graph& graph) {
  const NodeId n = graph.nodes();
  for (NodeId i = 0; i < n; ++i)
    if (graph.degree(i) > 2) return std::nullopt;
  const double pi = std::numbers::pi;
  if (graph.edges() == n)
    return ends(chord(2 * pi / n), chord(2 * pi * static_cast<double>(n / 2) / n));
  return ends(chord(pi / n), chord(pi * (n - 1.0) / n));
}

// Laplacian of K_{a,b}: 0, a (b-1 times), b (a-1 times), a + b. Every node of one side is joined to
// the whole other side: a connected graph is K_{a,b} when node 0 has b neighbors, and rows are N(0)
// or its complement.
std::optional<LaplacianSpectrum> complete_bipartite(const Graph& graph) {
  const NodeId n = graph.nodes();
  const auto b = static_cast<NodeId>(graph.degree(0));
  const NodeId a = n - b;
  if (graph.edges() != std::size_t{a} * b) return std::nullopt;
  std::vector<char> right(n, 0);
  for (const NodeId j : graph.neighbors(0)) right[j] = 1;
  for (NodeId i = 0; i < n; ++i) {
    if (graph.degree(i) != (right[i] ? a : b)) return std::nullopt;
    for (const NodeId j : graph.neighbors(i))
      if (right[j] == right[i]) return std::nullopt;
  }
  double l_2 = n;
  if (a > 1) l_2 = std::min<double>(l_2, b);
  if (b > 1) l_2 = std::min<double>(l_2, a);
  return ends(l_2, n);
}

// Rows of q, numbered row by row; node 0 has the neighbors 1 and q.
std::optional<LaplacianSpectrum> grid(const Graph& graph) {
  const NodeId n = graph.nodes();
  if (graph.degree(0) != 2 || graph.neighbors(0)[0] != 1) return std::nullopt;
  const NodeId q = graph.neighbors(0)[1];
  if (q < 2 || n % q != 0) return std::nullopt;
  const NodeId p = n / q;
  if (graph.edges() != std::size_t{p} * (q - 1) + std::size_t{q} * (p - 1)) return std::nullopt;
  for (NodeId i = 0; i < n; ++i)
    for (const NodeId j : graph.neighbors(i)) {
      const bool along = i / q == j / q && (j == i + 1 || i == j + 1);
      const bool across = j == i + std::uint64_t{q} || i == j + std::uint64_t{q};
      if (!along && !across) return std::nullopt;
    }
  const double pi = std::numbers::pi;
  return ends(chord(pi / std::max(p, q)), chord(pi * (p - 1.0) / p) + chord(pi * (q - 1.0) / q));
}

}  // namespace

std::optional<LaplacianSpectrum> laplacian_closed_form(const Graph& graph) {
  const NodeId n = graph.nodes();
  if (graph.edges() == std::size_t{n} * (n - 1) / 2) return ends(n, n);
  if (auto found = cycle_or_path(graph)) return found;
  if (auto found = complete_bipartite(graph)) return found;
  if (auto found = grid(graph)) return found;
  // n d table look-ups: beyond 10^9 of them (nearly complete graphs of many nodes) a few products
  // are cheaper.
  if (static_cast<double>(n) * static_cast<double>(graph.degree(0)) > 1e9) return std::nullopt;
  const auto sides = cayley_sides(graph);
  if (sides.empty()) return std::nullopt;
  return cayley_laplacian(graph, sides);
}

}  // namespace starling
