#include "tools/topology/inspect.h"

#include <algorithm>

#include "topology/contraction.h"
#include "topology/spectrum.h"
#include "topology/spectrum/closed_form.h"
#include "topology/weights/effective_neighbors.h"

namespace starling {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kDiameterWork = 3e7;  // edges looked at: a second or two
constexpr NodeId kLaplacianNodes = 10'000;
constexpr double kAutoContraction = 0.05;  // what `mixing.steps = "auto"` asks of one mix (B.1)

template <class Steps>
Json steps_or_null(Steps steps) {
  try {
    return steps();
  } catch (const GraphError&) {
    return nullptr;
  }
}

}  // namespace

Json inspect(const MixingMatrix& matrix, const std::string& weights) {
  const Graph& graph = matrix.graph;
  const NodeId n = graph.nodes();
  const Spectrum found = spectrum(matrix);  // refuses a disconnected graph
  Json report;
  report["nodes"] = n;
  report["edges"] = graph.edges();
  std::size_t least = graph.degree(0), most = least;
  for (NodeId i = 0; i < n; ++i) {
    least = std::min(least, graph.degree(i));
    most = std::max(most, graph.degree(i));
  }
  report["degree_min"] = least;
  report["degree_max"] = most;
  report["connected"] = true;
  const DiameterBounds bounds = diameter_bounds(graph, kDiameterWork);
  report["diameter"] = bounds.exact() ? Json(bounds.lower) : Json(nullptr);
  if (!bounds.exact()) report["diameter_bounds"] = {bounds.lower, bounds.upper};
  report["weights"] = weights;
  if (matrix.note.rule != weights && !matrix.note.rule.empty())
    report["weights_rule"] = matrix.note.rule;
  if (!matrix.note.why.empty()) report["weights_why"] = matrix.note.why;
  if (matrix.note.iterations > 0) report["weights_iterations"] = matrix.note.iterations;
  report["lambda_2"] = found.lambda_2();
  report["lambda_n"] = found.lambda_n;
  report["slem"] = found.slem();
  report["spectral_gap"] = found.gap();
  report["gap_2"] = found.gap_2;
  report["chi"] = (1 - found.lambda_n) / found.gap_2;
  const bool bounded = matrix.note.slem_at_least > 0 || (found.slem() < 1e-9 && n > 1);
  report["slem_at_least"] = bounded ? Json(matrix.note.slem_at_least) : Json(nullptr);
  report["effective_neighbors"] = effective_neighbors(matrix);
  // One node stands at its mean: nothing has to be mixed.
  const auto steps = [n](auto count) { return n == 1 ? Json(0) : steps_or_null(count); };
  report["mixing_steps"] = steps([&] { return chebyshev_steps(found, kAutoContraction); });
  report["steps_to_1e-6"] = {{"plain", steps([&] { return plain_steps(found, 1e-6); })},
                             {"chebyshev", steps([&] { return chebyshev_steps(found, 1e-6); })}};
  if (n > 1 && (n <= kLaplacianNodes || laplacian_closed_form(graph))) {
    const LaplacianSpectrum laplacian = laplacian_spectrum(graph);
    report["laplacian"] = {{"l_2", laplacian.l_2}, {"l_n", laplacian.l_n}};
  } else {
    report["laplacian"] = nullptr;
  }
  report["method"] = found.method;
  report["residual_2"] = found.residual_2;
  report["residual_n"] = found.residual_n;
  return report;
}

}  // namespace starling
