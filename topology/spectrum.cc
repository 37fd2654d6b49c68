#include "topology/spectrum.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "topology/spectrum/closed_form.h"
#include "topology/spectrum/iterative.h"
#include "topology/spectrum/multigrid_ends.h"
#include "topology/spectrum/shift_invert.h"
#include "topology/weights/symmetric_rules.h"

namespace starling {
namespace {

constexpr NodeId kDenseNodes = 1000;           // 8 MB, under a second
constexpr NodeId kDenseNodesLast = 3000;       // where all else failed: 72 MB, ten seconds
constexpr double kFewCycles = 1.2;             // edges per node up to which a factor is cheap
constexpr NodeId kNarrow = 64;                 // nodes as far from node 0 as each other, mean
constexpr double kLatticeEdges = 3;            // per node: the order is found in seconds
constexpr NodeId kFactorNodes = 200'000;       // beyond, ordering denser graphs takes too long
constexpr std::size_t kFillMax = 120'000'000;  // 1.4 GB of factor
constexpr double kDearFactor = 1e11;           // products in one factorisation: two minutes
constexpr std::size_t kProducts = 8000;        // multiplications by W; expanders need fewer
constexpr std::size_t kLastProducts = 40'000;
constexpr std::size_t kLastWork = 8'000'000'000;  // products times nodes: minutes

bool uniform(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == values[0]; });
}

// Both ends with the names of the methods that found them.
struct Found {
  std::optional<Ritz> top, bottom;
  std::string top_method, bottom_method;

  bool complete() const { return top && bottom; }
  void take(std::optional<Ritz> new_top, std::optional<Ritz> new_bottom, const char* method) {
    if (!top && new_top) top = std::move(new_top), top_method = method;
    if (!bottom && new_bottom) bottom = std::move(new_bottom), bottom_method = method;
  }
  Spectrum spectrum() const {
    const bool same = top_method == bottom_method;
    return {top->gap,
            1 - bottom->gap,
            top->residual,
            bottom->residual,
            top->error,
            bottom->error,
            same ? top_method : top_method + " + " + bottom_method};
  }
};

void try_lanczos(const Symmetrized& s, std::size_t products, bool stop_when_crawling,
                 Found& found) {
  auto [top, bottom] = lanczos_ends(s, products, stop_when_crawling);
  if (top && !top_is_good(*top)) top.reset();
  if (bottom && !bottom_is_good(*bottom, 1)) bottom.reset();
  found.take(std::move(top), std::move(bottom), "lanczos");
}

void try_multigrid(const Symmetrized& s, Found& found) {
  if (!found.top) found.take(multigrid_top(s), std::nullopt, "multigrid");
  if (found.top && !found.bottom)
    found.take(std::nullopt, multigrid_bottom(s, found.top->gap), "multigrid");
}

void try_shift_invert(const Symmetrized& s, double dearest, Found& found) {
  const auto order = elimination(s.matrix.graph, kFillMax);
  if (!order || order->products > dearest) return;
  if (!found.top) found.take(inverse_top(s, *order), std::nullopt, "shift-invert");
  if (found.top && !found.bottom)
    found.take(std::nullopt, inverse_bottom(s, *order, found.top->gap), "shift-invert");
}

// Whether a breadth-first search goes far and wide nowhere: a chain of whatever it may be. Its
// factor fills in no more than the search is wide.
bool narrow(const Graph& graph) {
  std::vector<char> seen(graph.nodes(), 0);
  std::vector<NodeId> level{0}, next;
  seen[0] = 1;
  std::size_t levels = 0;
  for (; !level.empty(); ++levels) {
    next.clear();
    for (const NodeId i : level)
      for (const NodeId j : graph.neighbors(i))
        if (!seen[j]) {
          seen[j] = 1;
          next.push_back(j);
        }
    level.swap(next);
  }
  return levels * kNarrow >= graph.nodes();
}

Found iterate(const Symmetrized& s) {
  const Graph& graph = s.matrix.graph;
  const NodeId n = graph.nodes();
  Found found;
  const bool chain = static_cast<double>(graph.edges()) <= kFewCycles * n || narrow(graph);
  if (chain) try_shift_invert(s, kDearFactor, found);
  if (!found.complete()) try_lanczos(s, kProducts, true, found);
  if (!found.complete()) try_multigrid(s, found);
  const bool may_order =
      n <= kFactorNodes || static_cast<double>(graph.edges()) <= kLatticeEdges * n;
  if (!found.complete() && !chain && may_order) try_shift_invert(s, kDearFactor, found);
  if (!found.complete() && n <= kDenseNodesLast) {
    auto ends = dense_ends(s);
    found.take(std::move(ends.top), std::move(ends.bottom), "dense");
  }
  const std::size_t products = std::max(std::min(kLastProducts, kLastWork / n), kProducts);
  if (!found.complete()) try_lanczos(s, products, false, found);
  if (!found.complete())
    throw GraphError("the spectrum of this graph of " + std::to_string(n) +
                     " nodes was not found: " + (found.top ? "for lambda_n " : "for lambda_2 ") +
                     "neither Lanczos in " + std::to_string(products) +
                     " products nor multigrid converged, and its factor is too large");
  return found;
}

Found numerical(const MixingMatrix& matrix) {
  const Symmetrized s(matrix);
  if (matrix.graph.nodes() > kDenseNodes) return iterate(s);
  auto ends = dense_ends(s);
  return {std::move(ends.top), std::move(ends.bottom), "dense", "dense"};
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
  if (n == 1) return {1, 0, 0, 0, 0, 0, "closed form"};
  require_connected(matrix.graph);
  Spectrum result;
  std::optional<LaplacianSpectrum> laplacian;
  if (uniform(matrix.weights) && uniform(matrix.stationary))
    laplacian = laplacian_closed_form(matrix.graph);
  if (laplacian) {
    const double a = matrix.weights[0];
    const double gap_2 = std::min(a * laplacian->l_2, a * laplacian->l_n);
    const double gap_n = std::max(a * laplacian->l_2, a * laplacian->l_n);
    result = {gap_2, 1 - gap_n, 0, 0, 0, 0, "closed form"};
  } else {
    result = numerical(matrix).spectrum();
  }
  // Dense eigenvalues carry an error of a few 1e-16 times n; -1 itself is bipartite and honest.
  if (!(result.gap_2 > 0) || result.lambda_n < -1 - 1e-9)
    throw GraphError(
        "these weights do not average: lambda_2 = " + std::to_string(result.lambda_2()) +
        ", lambda_n = " + std::to_string(result.lambda_n) +
        "; allowed: -1 <= lambda_n, lambda_2 < 1");
  return result;
}

std::vector<double> slowest_mode(const MixingMatrix& matrix) {
  require_connected(matrix.graph);
  const Column vector = numerical(matrix).top->vector;
  std::vector<double> mode(matrix.graph.nodes());
  std::size_t largest = 0;
  for (std::size_t i = 0; i < mode.size(); ++i) {
    mode[i] = vector[static_cast<Eigen::Index>(i)] / std::sqrt(matrix.stationary[i]);
    // Entries that are equal but for rounding must not choose the sign by their last digit.
    if (std::abs(mode[i]) > std::abs(mode[largest]) * (1 + 1e-9)) largest = i;
  }
  if (mode[largest] < 0)
    for (double& z : mode) z = -z;
  return mode;
}

LaplacianSpectrum laplacian_spectrum(const Graph& graph) {
  if (graph.nodes() == 1) return {1, 1, "closed form"};
  require_connected(graph);
  if (auto found = laplacian_closed_form(graph)) return *found;
  const MixingMatrix matrix = max_degree(graph);
  const Spectrum s = numerical(matrix).spectrum();
  const double a = matrix.weights[0];
  return {s.gap_2 / a, (1 - s.lambda_n) / a, s.method};
}

}  // namespace starling
