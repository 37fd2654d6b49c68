#include "consensus/requirements.h"

#include <stdexcept>

#include "consensus/algorithms/registry.h"
#include "consensus/mixers/mixer.h"

namespace starling {
namespace {

bool changing(GraphNature nature) {
  return nature == GraphNature::changing_symmetric || nature == GraphNature::changing_directed;
}

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// The algorithm for the same task that runs on W of this nature; for row-stochastic weights none
// does, and other weights are named with it.
std::string alternative(const AlgorithmEntry& algorithm, GraphNature nature) {
  const bool inputs = algorithm.needs_inputs;
  const std::string pushed = inputs ? "push_sum" : "push_diging";
  switch (nature) {
    case GraphNature::static_column_stochastic:
      return quoted(pushed);
    case GraphNature::static_row_stochastic:
      return quoted(pushed) + " with shared.topology.weights = \"column_stochastic\", or, where " +
             "every node has as many sources as targets, weights = \"doubly_stochastic\"";
    default:
      return quoted(inputs ? "average" : "gradient_tracking");
  }
}

// What goes wrong where `need` is not met.
std::string reason(const AlgorithmEntry& algorithm, GraphNature nature) {
  if (nature == GraphNature::static_row_stochastic)
    return "row-stochastic weights settle at a mean that weighs the nodes by the left Perron "
           "vector of W, not at their mean";
  if (algorithm.needs == GraphNeed::doubly_stochastic)
    return "column-stochastic weights keep the sum, but nodes do not settle at equal values";
  if (!changing(nature)) return "it needs a symmetric W, and this one is directed";
  if (algorithm.name == "exact_diffusion")
    return "it needs one symmetric W for the whole run; on a changing graph it may diverge (on the "
           "Base-2 sequence of 5 nodes by 1.015 per round)";
  return "it needs one symmetric W for the whole run, and this graph changes";
}

std::string mixer_reason(GraphNature nature) {
  if (changing(nature))
    return "the matrices of a changing graph do not commute, so no polynomial in them has a bound "
           "(alternating two 5-cycles, each with lambda_2 = 0.539, it grows by 1.208 per round); "
           "use \"none\": the plain product of the rounds, exact after a period of base_graph, "
           "hypercube_exchange or laplacian_factors";
  return "the eigenvalues of a directed W are complex, and no real interval holds them; use "
         "\"none\"";
}

}  // namespace

std::string_view to_string(GraphNeed need) {
  switch (need) {
    case GraphNeed::any:
      return "any";
    case GraphNeed::symmetric_static:
      return "symmetric, static";
    case GraphNeed::doubly_stochastic:
      return "doubly stochastic";
    case GraphNeed::column_stochastic:
      return "column-stochastic";
  }
  throw std::logic_error("no such GraphNeed");
}

std::string_view to_string(GraphNature nature) {
  switch (nature) {
    case GraphNature::static_symmetric:
      return "static, symmetric";
    case GraphNature::static_doubly_stochastic:
      return "static, directed, doubly stochastic";
    case GraphNature::static_column_stochastic:
      return "static, directed, column-stochastic";
    case GraphNature::static_row_stochastic:
      return "static, directed, row-stochastic";
    case GraphNature::changing_symmetric:
      return "changing, symmetric";
    case GraphNature::changing_directed:
      return "changing, directed, doubly stochastic";
  }
  throw std::logic_error("no such GraphNature");
}

bool satisfies(GraphNature nature, GraphNeed need) {
  switch (need) {
    case GraphNeed::any:
      return true;
    case GraphNeed::symmetric_static:
      return nature == GraphNature::static_symmetric;
    case GraphNeed::doubly_stochastic:
      return nature != GraphNature::static_column_stochastic &&
             nature != GraphNature::static_row_stochastic;
    case GraphNeed::column_stochastic:
      return nature != GraphNature::static_row_stochastic;
  }
  throw std::logic_error("no such GraphNeed");
}

std::optional<std::string> refusal(const AlgorithmEntry& algorithm, const MixerEntry& mixer,
                                   GraphNature nature) {
  if (!satisfies(nature, algorithm.needs))
    return "shared.algorithm.kind = " + quoted(algorithm.name) + ": " + reason(algorithm, nature) +
           "; use " + alternative(algorithm, nature);
  if (!satisfies(nature, mixer.needs))
    return "shared.mixing.acceleration = " + quoted(mixer.name) + ": " + mixer_reason(nature);
  return std::nullopt;
}

std::optional<std::string> target_refusal(GraphNature nature) {
  if (satisfies(nature, GraphNeed::doubly_stochastic)) return std::nullopt;
  return "shared.stop.gradient_norm: its bound rests on means, which mixing by " +
         std::string(nature == GraphNature::static_row_stochastic ? "row" : "column") +
         "-stochastic weights does not make; use shared.stop.relative_error, steps or seconds";
}

const MixerEntry& automatic_mixer(GraphNature nature) {
  return *find_mixer(nature == GraphNature::static_symmetric ? "chebyshev" : "plain");
}

}  // namespace starling
