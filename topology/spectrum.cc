#include "topology/spectrum.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "topology/spectrum/closed_form.h"
#include "topology/spectrum/iterative.h"
#include "topology/spectrum/shift_invert.h"
#include "topology/weights/symmetric_rules.h"

namespace starling {
namespace {

constexpr NodeId kDenseNodes = 1000;           // 8 MB, under a second
constexpr NodeId kDenseNodesLast = 3000;       // where all else failed: 72 MB, ten seconds
constexpr std::size_t kFillMax = 120'000'000;  // 1.4 GB of factor
constexpr double kCheapFactor = 1e10;          // products in one factorisation: ten seconds
constexpr double kDearFactor = 1e11;
constexpr std::size_t kFirstProducts = 3000;  // multiplications by W; expanders need fewer
constexpr std::size_t kLastProducts = 40'000;
constexpr std::size_t kLastWork = 4'000'000'000;  // products times nodes: minutes

bool uniform(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == values[0]; });
}

Spectrum from_ends(const Ends& ends, const char* method) {
  return {ends.top.gap, 1 - ends.bottom.gap, ends.top.residual, ends.bottom.residual, method};
}

std::optional<Spectrum> by_lanczos(const Symmetrized& s, std::size_t products) {
  const auto top = lanczos_top(s, products);
  if (!top) return std::nullopt;
  const auto bottom = lanczos_bottom(s, products, top->gap);
  if (!bottom) return std::nullopt;
  return from_ends({*top, *bottom}, "lanczos");
}

std::optional<Spectrum> by_shift_invert(const Symmetrized& s, const Elimination& order) {
  const auto top = inverse_top(s, order);
  if (!top) return std::nullopt;
  const auto bottom = inverse_bottom(s, order, top->gap);
  if (!bottom) return std::nullopt;
  return from_ends({*top, *bottom}, "shift-invert");
}

// What the factor would cost is known before anything is factorised, and tells the two families
// apart: where it is cheap (chains, trees, grids) Lanczos crawls; where it fills in (expanders)
// Lanczos is quick.
Spectrum iterate(const Symmetrized& s) {
  const Graph& graph = s.matrix.graph;
  const auto order = elimination(graph, kFillMax);
  const bool cheap = order && order->products <= kCheapFactor;
  if (cheap)
    if (const auto found = by_shift_invert(s, *order)) return *found;
  if (const auto found = by_lanczos(s, kFirstProducts)) return *found;
  if (order && !cheap && order->products <= kDearFactor)
    if (const auto found = by_shift_invert(s, *order)) return *found;
  if (graph.nodes() <= kDenseNodesLast) return from_ends(dense_ends(s), "dense");
  const std::size_t products = std::min(kLastProducts, kLastWork / graph.nodes());
  if (const auto found = by_lanczos(s, std::max(products, kFirstProducts))) return *found;
  throw GraphError("the spectrum of this graph of " + std::to_string(graph.nodes()) +
                   " nodes was not found: Lanczos did not converge in " +
                   std::to_string(products) + " products and its factor is too large");
}

Spectrum numerical(const MixingMatrix& matrix) {
  const Symmetrized s(matrix);
  if (matrix.graph.nodes() <= kDenseNodes) return from_ends(dense_ends(s), "dense");
  return iterate(s);
}

void require_connected(const Graph& graph) {
  const auto component = components(graph);
  const auto outside = std::find_if(component.begin(), component.end(), [](NodeId c) { return c; });
  if (outside == component.end()) return;
  throw GraphError("the graph is disconnected: node " +
                   std::to_string(outside - component.begin()) + " cannot be reached from node 0");
}

}  // namespace

double Spectrum::slem() const { return std::max(std::abs(1 - gap_2), std::abs(lambda_n)); }

double Spectrum::gap() const {
  const double below_one = gap_2 <= 1 ? gap_2 : 2 - gap_2;
  return std::min(below_one, 1 - std::abs(lambda_n));
}

Spectrum spectrum(const MixingMatrix& matrix) {
  const NodeId n = matrix.graph.nodes();
  if (n == 1) return {1, 0, 0, 0, "closed form"};
  require_connected(matrix.graph);
  Spectrum result;
  std::optional<LaplacianSpectrum> laplacian;
  if (uniform(matrix.weights) && uniform(matrix.stationary))
    laplacian = laplacian_closed_form(matrix.graph);
  if (laplacian) {
    const double a = matrix.weights[0];
    const double gap_2 = std::min(a * laplacian->l_2, a * laplacian->l_n);
    const double gap_n = std::max(a * laplacian->l_2, a * laplacian->l_n);
    result = {gap_2, 1 - gap_n, 0, 0, "closed form"};
  } else {
    result = numerical(matrix);
  }
  // Dense eigenvalues carry an error of a few 1e-16 times n; -1 itself is bipartite and honest.
  if (!(result.gap_2 > 0) || result.lambda_n < -1 - 1e-9)
    throw GraphError("these weights do not average: lambda_2 = " +
                     std::to_string(result.lambda_2()) +
                     ", lambda_n = " + std::to_string(result.lambda_n) +
                     "; allowed: -1 <= lambda_n, lambda_2 < 1");
  return result;
}

LaplacianSpectrum laplacian_spectrum(const Graph& graph) {
  if (graph.nodes() == 1) return {1, 1, "closed form"};
  require_connected(graph);
  if (auto found = laplacian_closed_form(graph)) return *found;
  const MixingMatrix matrix = max_degree(graph);
  const Spectrum s = numerical(matrix);
  const double a = matrix.weights[0];
  return {s.gap_2 / a, (1 - s.lambda_n) / a, s.method};
}

}  // namespace starling
