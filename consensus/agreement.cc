#include "consensus/agreement.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "consensus/aggregators/requirements.h"
#include "consensus/algorithms/registry.h"
#include "consensus/local_work.h"
#include "consensus/schedule_mix.h"

namespace starling {

namespace {

// delta of "steps = auto": inside an optimizer a mix needs no more than this (catalogue B.1).
constexpr double kAutoContraction = 0.05;
constexpr long long kMostSteps = 10'000;

const MixerEntry& mixer_of(const Settings& settings, GraphNature nature) {
  const std::string& name = settings.mixing.acceleration;
  if (name == "auto")
    return mixes_whole_vectors(settings) ? *find_mixer("plain") : automatic_mixer(nature);
  const MixerEntry* mixer = find_mixer(name == "none" ? "plain" : name);
  if (!mixer)
    throw SettingsError("shared.mixing.acceleration = \"" + name +
                        "\": allowed are none, chebyshev, auto");
  return *mixer;
}

[[noreturn]] void refuse_unweighted(const std::string& name) {
  throw SettingsError(
      "shared.topology.weights = \"" + name +
      "\" averages nodes, but shared.objective.weighting = \"samples\" and the shards differ in "
      "size: use weights = \"data_weighted\", \"fdla\", \"fmmc\" or \"auto\", or weighting = "
      "\"nodes\"");
}

// The file's weights, where the graph is the file's. On any other, as after a change of members,
// they may not average at all.
MixingMatrix matrix_from_file(const TopologySettings& topology, const Graph& graph, bool weigh) {
  if (weigh) refuse_unweighted("file");
  if (graph.edge_list() != topology.weighted_edges)
    throw SettingsError(
        "shared.topology.weights = \"file\": the members form another graph than the file, and its "
        "weights say nothing of that; use a weight rule");
  MixingMatrix matrix = mixing_matrix_from_weights(graph, topology.edge_weights);
  matrix.note.rule = "file";
  return matrix;
}

MixingMatrix local_weights(const Graph& graph, std::span<const double> samples, const char* why) {
  MixingMatrix matrix = samples.empty() ? make_mixing_matrix("metropolis", graph)
                                        : make_mixing_matrix("data_weighted", graph, samples);
  matrix.note.why = why;
  return matrix;
}

// Where "auto" does not take the fastest weights. They have lambda_n = -slem: a mix that reaches
// 0.05 or Chebyshev's polynomial does not mind, but a fixed number of plain steps hands lambda_n on
// to the algorithm, whose step size shrinks with 1 + lambda_n (catalogue C.1, C.5). And they are
// computed from the whole graph, which nodes that estimate the spectrum do not look at.
const char* why_local(const Settings& settings) {
  if (mixes_whole_vectors(settings))
    return "one gossip step on raw vectors: weights none of which is negative";
  if (settings.topology.spectrum == "gossip")
    return "spectrum by gossip: weights that need the neighbors' degrees only";
  if (settings.mixing.acceleration == "none" && settings.mixing.steps > 0)
    return "plain gossip with a fixed number of steps: lambda_n far from -1";
  return nullptr;
}

// The least K with the contraction of "auto".
int chosen_steps(const Settings& settings, const Mixing& mixing, const Spectrum& found) {
  if (mixing.matrix.graph.nodes() == 1 || mixes_whole_vectors(settings)) return 1;
  const long long steps =
      mixing.schedule ? schedule_steps(*mixing.schedule, kAutoContraction)
                      : mixer_of(settings, nature_of(mixing)).steps_for(found, kAutoContraction);
  if (steps > kMostSteps)
    throw SettingsError("shared.mixing.steps = \"auto\": this graph needs " +
                        std::to_string(steps) + " gossip steps to contract by " +
                        std::to_string(kAutoContraction) +
                        "; choose a better connected graph or set the steps yourself");
  return static_cast<int>(std::max(steps, 1LL));
}

// n pi_i of nodes that are averaged although their samples should be; empty: by one.
std::vector<double> objective_scale(const Settings& settings, std::span<const double> samples) {
  const bool even =
      std::all_of(samples.begin(), samples.end(), [&](double m) { return m == samples[0]; });
  if (settings.objective.weighting != "samples" || even) return {};
  double total = 0;
  for (const double m : samples) total += m;
  std::vector<double> scale;
  for (const double m : samples) scale.push_back(static_cast<double>(samples.size()) * m / total);
  return scale;
}

// What holds on any connected graph, as far as one row shows it: lambda_n by Gershgorin's disc;
// 1 - lambda_2 >= w_min (2 - 2 cos(pi / n)) by Fiedler's bound, in its form for a reversible W
// (catalogue A.1).
Spectrum certain_interval(const MixingMatrix& matrix, NodeId self) {
  const NodeId nodes = matrix.graph.nodes();
  Spectrum bound{.gap_2 = 1, .lambda_n = 0, .method = "bound"};
  if (nodes == 1) return bound;
  const double heaviest = *std::max_element(matrix.stationary.begin(), matrix.stationary.end());
  double least = 1, disc = 0;
  for (const double w : matrix.row(self)) {
    disc += std::abs(w);
    least = std::min(least, matrix.stationary[self] * w / heaviest);
  }
  const double half_angle = std::sin(1.5707963267948966 / nodes);  // 1 - cos = 2 sin^2 of the half
  bound.gap_2 = std::max(least * 4 * half_angle * half_angle, 1e-9);  // weights may be negative
  bound.lambda_n = std::clamp(matrix.diagonal[self] - disc, -1.0, 0.0);
  return bound;
}

}  // namespace

Spectrum forced(const Settings& settings, Spectrum found) {
  const auto& mixing = settings.mixing;
  if (mixing.lambda_2) found.gap_2 = 1 - *mixing.lambda_2;
  if (mixing.lambda_n) found.lambda_n = *mixing.lambda_n;
  if (found.lambda_n > found.lambda_2() && (mixing.lambda_2 || mixing.lambda_n))
    throw SettingsError(std::string("shared.mixing.") +
                        (mixing.lambda_n ? "lambda_n" : "lambda_2") + " = " +
                        std::to_string(mixing.lambda_n ? found.lambda_n : found.lambda_2()) +
                        ": the interval [lambda_n, lambda_2] is empty; its other end is " +
                        std::to_string(mixing.lambda_n ? found.lambda_2() : found.lambda_n));
  return found;
}

Tuning tune(const Settings& settings, const Agreement& agreement, const Spectrum& interval) {
  Agreement tuned = agreement;
  tuned.spectrum = interval;
  const int steps = settings.mixing.steps != 0 ? settings.mixing.steps
                                               : chosen_steps(settings, agreement, interval);
  tuned.mix = mixer_of(settings, nature_of(agreement)).make(interval, steps);
  const double step = step_size(settings, *find_algorithm(settings.algorithm.kind), tuned);
  return {std::move(tuned.mix), step};
}

MixingMatrix make_matrix(const Settings& settings, const Graph& graph,
                         std::span<const double> samples) {
  const std::string& name = settings.topology.weights;
  const bool weigh =
      settings.objective.weighting == "samples" &&
      !std::all_of(samples.begin(), samples.end(), [&](double m) { return m == samples[0]; });
  if (name == "file") return matrix_from_file(settings.topology, graph, weigh);
  if (const char* why = why_local(settings); why && name == "auto")
    return local_weights(graph, weigh ? samples : std::span<const double>(), why);
  for (const WeightRule& rule : weight_rules()) {
    if (rule.name != name) continue;
    if (weigh && rule.averages == Averages::nodes) refuse_unweighted(name);
    if (!weigh && rule.averages == Averages::samples)
      return rule.make(graph, std::vector<double>(graph.nodes(), 1.0));
    return make_mixing_matrix(name, graph, weigh ? samples : std::span<const double>());
  }
  throw SettingsError("shared.topology.weights = \"" + name + "\": no such weight rule");
}

Mixing make_mixing(const Settings& settings, const Graph& graph,
                   std::shared_ptr<const Schedule> schedule, std::span<const double> samples) {
  if (!schedule && !settings.mixing.robust()) return make_matrix(settings, graph, samples);
  if (!schedule) {  // a rule knows vectors, not how many samples stand behind them
    Mixing mixing = make_matrix(settings, graph, {});
    mixing.objective_scale = objective_scale(settings, samples);
    return mixing;
  }
  if (const ScheduleRate rate = schedule_rate(*schedule);
      graph.nodes() > 1 && !rate.exact_after && !(rate.per_round < 1))
    throw SettingsError(
        "shared.topology: the rounds of this schedule do not bring the nodes together: their "
        "rate is " +
        std::to_string(rate.per_round) + " per round, and must be below 1");
  const auto n = static_cast<double>(graph.nodes());
  Mixing mixing;
  mixing.matrix.graph = graph;
  mixing.matrix.stationary.assign(graph.nodes(), 1 / n);
  mixing.schedule = std::move(schedule);
  mixing.matrix.note.rule = "schedule";
  mixing.matrix.note.why = "W of every round is the graph's own: ";
  mixing.matrix.note.why += to_string(nature_of(mixing));
  mixing.objective_scale = objective_scale(settings, samples);
  return mixing;
}

Constants scaled(const Constants& own, const Mixing& mixing, NodeId self) {
  Constants result = own;
  if (mixing.objective_scale.empty()) return result;
  result.smoothness *= mixing.objective_scale[self];
  result.strong_convexity *= mixing.objective_scale[self];
  return result;
}

NodeRecord propose(const Settings& settings, const Mixing& mixing, const Constants& own,
                   NodeId self) {
  const bool gossip = settings.topology.spectrum == "gossip";
  if (gossip && mixing.schedule)
    throw SettingsError(
        "shared.topology.spectrum = \"gossip\": a graph that changes has no spectrum to be "
        "estimated; use \"edges\"");
  const Spectrum found = mixing.schedule
                             ? rate_of(*mixing.schedule)
                             : forced(settings, gossip ? certain_interval(mixing.matrix, self)
                                                       : spectrum(mixing.matrix));
  NodeRecord record{found.gap_2, found.lambda_n, settings.mixing.steps, scaled(own, mixing, self)};
  // A plan on the bound is for the record only: nothing is mixed before the estimate stands.
  if (record.mixing_steps == 0)
    record.mixing_steps = gossip ? 1 : chosen_steps(settings, mixing, found);
  return record;
}

const AlgorithmEntry& require_runnable(const Settings& settings, const Mixing& mixing) {
  const AlgorithmEntry* algorithm = find_algorithm(settings.algorithm.kind);
  if (!algorithm)
    throw SettingsError("shared.algorithm.kind = \"" + settings.algorithm.kind +
                        "\": no such algorithm");
  require_local_work(settings, *algorithm);
  const GraphNature nature = nature_of(mixing);
  if (const auto reason = refusal(*algorithm, mixer_of(settings, nature), nature))
    throw SettingsError(*reason);
  const MixingMatrix* matrix = mixing.matrix.graph.nodes() > 0 ? &mixing.matrix : nullptr;
  if (const auto reason = robust_refusal(settings, *algorithm, nature, matrix))
    throw SettingsError(*reason);
  if (settings.stop.gradient_norm > 0)
    if (const auto reason = target_refusal(nature)) throw SettingsError(*reason);
  return *algorithm;
}

NodeRecord rounded(NodeRecord record, double relative) {
  for (double* figure : {&record.gap_2, &record.lambda_n, &record.constants.smoothness,
                         &record.constants.strong_convexity, &record.constants.global_smoothness,
                         &record.constants.global_strong_convexity})
    *figure *= 1 + relative;
  return record;
}

Agreement agree(const Settings& settings, Mixing mixing, std::span<const NodeRecord> records) {
  Agreement agreement;
  static_cast<Mixing&>(agreement) = std::move(mixing);
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
  const AlgorithmEntry& algorithm = require_runnable(settings, agreement);
  agreement.mix = agreement.schedule
                      ? schedule_mix(*agreement.schedule, steps)
                      : mixer_of(settings, nature_of(agreement)).make(agreement.spectrum, steps);
  agreement.diameter = diameter(agreement.matrix.graph);
  static_cast<LocalWork&>(agreement) = local_work(settings, agreement.matrix.graph.nodes());
  if (settings.stop.gradient_norm > 0 && !std::isfinite(agreement.constants.smoothness))
    throw SettingsError(
        "shared.stop.gradient_norm: its bound rests on a finite smoothness, and the objective "
        "states none; use shared.stop.steps or seconds");
  agreement.step_size = step_size(settings, algorithm, agreement);
  if (!(agreement.step_size > 0) || !std::isfinite(agreement.step_size))
    throw SettingsError(
        "shared.algorithm.step_size = \"auto\": the objective states no finite smoothness above 0 "
        "to "
        "derive it from; set a number");
  return agreement;
}

}  // namespace starling
