#include "consensus/agreement.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "consensus/algorithms/registry.h"

namespace starling {

namespace {

// delta of "steps = auto": inside an optimizer a mix needs no more than this (catalogue B.1).
constexpr double kAutoContraction = 0.05;
constexpr long long kMostSteps = 10'000;

const MixerEntry& mixer_of(const Settings& settings) {
  const std::string& name = settings.mixing.acceleration;
  const MixerEntry* mixer = find_mixer(name == "auto"   ? "chebyshev"
                                       : name == "none" ? "plain"
                                                        : name);
  if (!mixer)
    throw SettingsError("shared.mixing.acceleration = \"" + name +
                        "\": allowed are none, chebyshev, auto");
  return *mixer;
}

}  // namespace

MixingMatrix make_matrix(const Settings& settings, const Graph& graph,
                         std::span<const double> samples) {
  std::string name = settings.topology.weights;
  const bool weigh =
      settings.objective.weighting == "samples" &&
      !std::all_of(samples.begin(), samples.end(), [&](double m) { return m == samples[0]; });
  if (name == "auto") name = weigh ? "data_weighted" : "metropolis";
  for (const WeightRule& rule : weight_rules()) {
    if (rule.name != name) continue;
    if (weigh && !rule.data_weighted)
      throw SettingsError(
          "shared.topology.weights = \"" + name +
          "\" averages nodes, but shared.objective.weighting = \"samples\" and the shards differ "
          "in "
          "size: use weights = \"data_weighted\" (or \"auto\"), or weighting = \"nodes\"");
    if (!weigh && rule.data_weighted)
      return rule.make(graph, std::vector<double>(graph.nodes(), 1.0));
    return rule.make(graph, samples);
  }
  throw SettingsError("shared.topology.weights = \"" + name + "\": no such weight rule");
}

NodeRecord propose(const Settings& settings, const MixingMatrix& matrix, const Constants& own) {
  const Spectrum found = spectrum(matrix);
  NodeRecord record{found.gap_2, found.lambda_n, settings.mixing.steps, own};
  if (record.mixing_steps == 0) {
    const long long steps =
        matrix.graph.nodes() == 1 ? 1 : mixer_of(settings).steps_for(found, kAutoContraction);
    if (steps > kMostSteps)
      throw SettingsError("shared.mixing.steps = \"auto\": this graph needs " +
                          std::to_string(steps) + " gossip steps to contract by " +
                          std::to_string(kAutoContraction) +
                          "; choose a better connected graph or set the steps yourself");
    record.mixing_steps = static_cast<int>(std::max(steps, 1LL));
  }
  return record;
}

Agreement agree(const Settings& settings, MixingMatrix matrix,
                std::span<const NodeRecord> records) {
  Agreement agreement;
  agreement.matrix = std::move(matrix);
  agreement.spectrum.method = "agreed";
  agreement.spectrum.gap_2 = records[0].gap_2;
  agreement.spectrum.lambda_n = records[0].lambda_n;
  agreement.constants = records[0].constants;
  int steps = 1;
  for (const NodeRecord& record : records) {
    agreement.spectrum.gap_2 = std::min(agreement.spectrum.gap_2, record.gap_2);
    agreement.spectrum.lambda_n = std::min(agreement.spectrum.lambda_n, record.lambda_n);
    steps = std::max(steps, record.mixing_steps);
    Constants& c = agreement.constants;
    c.smoothness = std::max(c.smoothness, record.constants.smoothness);
    c.strong_convexity = std::min(c.strong_convexity, record.constants.strong_convexity);
    c.global_smoothness = std::max(c.global_smoothness, record.constants.global_smoothness);
    c.global_strong_convexity =
        std::min(c.global_strong_convexity, record.constants.global_strong_convexity);
  }
  agreement.mix = mixer_of(settings).make(agreement.spectrum, steps);
  agreement.diameter = diameter(agreement.matrix.graph);
  const AlgorithmEntry* algorithm = find_algorithm(settings.algorithm.kind);
  if (!algorithm)
    throw SettingsError("shared.algorithm.kind = \"" + settings.algorithm.kind +
                        "\": no such algorithm");
  // The rule is asked in any case: it refuses what the algorithm cannot run on.
  const double automatic = algorithm->step_size(agreement);
  agreement.step_size = settings.algorithm.step_size > 0 ? settings.algorithm.step_size : automatic;
  if (!(agreement.step_size > 0) || !std::isfinite(agreement.step_size))
    throw SettingsError(
        "shared.algorithm.step_size = \"auto\": the objective states no finite smoothness above 0 "
        "to "
        "derive it from; set a number");
  return agreement;
}

}  // namespace starling
