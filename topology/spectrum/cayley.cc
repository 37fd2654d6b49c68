// Cayley graphs of abelian groups: neighbors(i) = i + S for one set S of steps.
//
//   l_k = sum_{s in S} (1 - cos(2 pi phase)) = sum_{s in S} 2 sin^2(pi phase)
//   phase = sum_j k_j s_j / n_j
//
// The sine form has no cancellation: l_2 of a ring of 10^6 nodes keeps all its digits.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "topology/spectrum/closed_form.h"

namespace starling {
namespace {

using Sides = std::vector<NodeId>;

Sides digits(NodeId value, const Sides& sides) {
  Sides digit(sides.size());
  for (std::size_t j = sides.size(); j-- > 0; value /= sides[j]) digit[j] = value % sides[j];
  return digit;
}

// Every i + s is a neighbor of i; the digits of i are counted up with i.
bool invariant_under_translations(const Graph& graph, const Sides& sides) {
  const auto steps = graph.neighbors(0);
  std::vector<Sides> step_digits;
  for (const NodeId s : steps) step_digits.push_back(digits(s, sides));
  Sides at(sides.size(), 0);
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    if (graph.degree(i) != steps.size()) return false;
    for (const Sides& step : step_digits) {
      std::uint64_t j = 0;
      for (std::size_t k = 0; k < sides.size(); ++k) {
        const std::uint64_t sum = std::uint64_t{at[k]} + step[k];
        j = j * sides[k] + (sum >= sides[k] ? sum - sides[k] : sum);
      }
      if (!graph.adjacent(i, static_cast<NodeId>(j))) return false;
    }
    for (std::size_t k = sides.size(); k-- > 0;) {
      if (++at[k] < sides[k]) break;
      at[k] = 0;
    }
  }
  return true;
}

// 2 sin^2(pi t / n), symmetric in t and n - t to the bit.
std::vector<double> sine_table(NodeId n) {
  std::vector<double> table(n);
  for (NodeId t = 0; t < n; ++t) {
    const double sine = std::sin(std::numbers::pi * std::min(t, n - t) / n);
    table[t] = 2 * sine * sine;
  }
  return table;
}

}  // namespace

std::vector<NodeId> cayley_sides(const Graph& graph) {
  const NodeId n = graph.nodes();
  if (n < 2) return {};
  for (NodeId i = 1; i < n; ++i)
    if (graph.degree(i) != graph.degree(0)) return {};
  if (invariant_under_translations(graph, {n})) return {n};
  // On a torus, the step to the next row is the length of a row.
  for (const NodeId q : graph.neighbors(0))
    if (q > 1 && q < n && n % q == 0 && invariant_under_translations(graph, {n / q, q}))
      return {n / q, q};
  if ((n & (n - 1)) != 0) return {};
  Sides twos;
  for (NodeId m = n; m > 1; m /= 2) twos.push_back(2);
  return invariant_under_translations(graph, twos) ? twos : Sides{};
}

std::vector<double> cayley_eigenvalues(const Graph& graph, const std::vector<NodeId>& sides) {
  const NodeId n = graph.nodes();
  const std::vector<double> table = sine_table(n);
  std::vector<Sides> steps;
  for (const NodeId s : graph.neighbors(0)) steps.push_back(digits(s, sides));
  std::vector<double> values;
  values.reserve(n - 1);
  // t[s] = n * phase of step s at character k, counted up together with the digits of k.
  Sides k(sides.size(), 0);
  std::vector<std::uint64_t> t(steps.size(), 0);
  for (NodeId index = 1; index < n; ++index) {
    for (std::size_t j = sides.size(); j-- > 0;) {
      for (std::size_t s = 0; s < steps.size(); ++s)
        t[s] = (t[s] + std::uint64_t{n / sides[j]} * steps[s][j]) % n;
      if (++k[j] < sides[j]) break;
      k[j] = 0;  // sides[j] additions of n / sides[j] * step are a multiple of n: t is back at zero
    }
    double l = 0;
    for (const std::uint64_t phase : t) l += table[phase];
    values.push_back(l);
  }
  return values;
}

LaplacianSpectrum cayley_laplacian(const Graph& graph, const std::vector<NodeId>& sides) {
  const auto values = cayley_eigenvalues(graph, sides);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, *most, "closed form"};
}

}  // namespace starling
