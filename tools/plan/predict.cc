#include "tools/plan/predict.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "consensus/algorithms/registry.h"
#include "consensus/requirements.h"
#include "consensus/schedule_mix.h"

namespace starling {
namespace {

constexpr double kAutoContraction = 0.05;  // what `mixing.steps = "auto"` asks of a mix (B.1)
constexpr long long kMostMixingSteps = 10'000;
constexpr double kMostSteps = 1e15;

// K gossip steps that carry so many vectors at once.
GossipTime mix_time(const PlanQuestion& question, const Prediction& p, int vectors) {
  if (vectors == 0) return {};
  const Traffic& traffic = p.traffic;
  GossipLoad load;
  load.vectors = vectors;
  load.pieces = static_cast<double>(traffic.chunks());
  load.messages = vectors * load.pieces;
  load.bytes = static_cast<double>(static_cast<std::uint64_t>(vectors) * traffic.frame_bytes() +
                                   traffic.ride_bytes());
  load.window = static_cast<double>(std::max(question.link_window, question.chunk_bytes));
  GossipTime total;
  const auto add = [&](const Graph& links, const GossipLoad& carried, double times) {
    const GossipTime time = gossip_time(links, question.links, question.machines, carried);
    total.period += times * time.period;
    total.busy += times * time.busy;
    total.work += times * time.work;
  };
  const PlanGraph& graph = *p.choice.graph;
  if (graph.rounds.empty()) add(graph.graph, load, traffic.mixing_steps);
  for (const PlanGraph::Round& round : graph.rounds) {
    GossipLoad carried = load;  // a link that carries one way has half the work at either end
    const auto links = static_cast<double>(std::max<std::size_t>(round.links.edges(), 1));
    const double ways = static_cast<double>(round.arcs) / links;
    carried.messages *= ways / 2;
    carried.bytes *= ways / 2;
    add(round.links, carried, 1);
  }
  return total;
}

void predict_times(const PlanQuestion& question, const StepModes& modes, Prediction& p) {
  const Machines& machines = question.machines;
  const double here = std::min(machines.processes, question.nodes);
  const double stretch = std::max(1.0, here / machines.cores);
  p.compute_s = question.compute_s * stretch;
  p.sync_s = question.step_s * stretch;
  const GossipTime first = mix_time(question, p, modes.mixes - modes.beside_gradient);
  const GossipTime all = mix_time(question, p, modes.mixes);
  const double beside = all.period - first.period;
  // Cores have all of the work to do, however well it overlaps.
  const double work = (question.compute_s * here + all.work - first.work) / machines.cores;
  p.communicate_s = all.period;
  p.step_seconds = first.period + std::max({p.compute_s, beside, work}) + p.sync_s;

  const auto k = static_cast<std::uint64_t>(p.choice.mixing_steps);
  const bool watched = question.steps == 0;
  const std::uint64_t made = p.steps + (watched ? p.traffic.lap_steps() : 0);
  const std::uint64_t looks = watched ? p.traffic.looks(made) : 0;
  p.gossip_steps = k * (made + looks);
  p.bytes = p.traffic.run_bytes(made, watched);
  p.seconds = static_cast<double>(made) * p.step_seconds;
  if (looks > 0)
    p.seconds += static_cast<double>(looks) * (p.compute_s + mix_time(question, p, 2).period);
}

Agreement agreement_for(const PlanQuestion& question, const PlanChoice& choice,
                        const Spectrum& spectrum) {
  Agreement agreement;
  agreement.spectrum = spectrum;
  agreement.constants = {1, 1 / question.kappa, 1, 1 / question.kappa};
  agreement.diameter = choice.graph->diameter;
  agreement.schedule = choice.graph->schedule;
  agreement.mix = agreement.schedule
                      ? schedule_mix(*agreement.schedule, choice.mixing_steps)
                      : find_mixer(choice.mixer)->make(spectrum, choice.mixing_steps);
  agreement.step_size = find_algorithm(choice.algorithm)->step_size(agreement);
  return agreement;
}

// K = 1, and what "auto" picks.
std::vector<PlanChoice> mixing_choices(const PlanChoice& base, const MixerEntry& mixer,
                                       const Spectrum& spectrum) {
  PlanChoice choice = base;
  choice.mixer = mixer.name;
  long long automatic = 0;
  try {
    automatic = std::max(mixer.steps_for(spectrum, kAutoContraction), 1LL);
  } catch (const GraphError&) {  // this mixer never gets there
  }
  std::vector<PlanChoice> choices;
  if (automatic != 1) choices.push_back(choice);
  if (automatic == 0 || automatic > kMostMixingSteps) return choices;
  choice.mixing_steps = static_cast<int>(automatic);
  choice.automatic_steps = true;
  choices.push_back(choice);
  return choices;
}

// By itself no algorithm that is another one: plans are for one local step.
bool asked_for(const PlanQuestion& question, const StepModes& modes) {
  const auto& names = question.algorithms;
  if (names.empty()) return modes.same_as.empty();
  return std::find(names.begin(), names.end(), modes.algorithm) != names.end();
}

auto order(const Prediction& p) {
  return std::tuple(p.seconds, p.bytes, p.choice.graph->degree_max, p.choice.graph->name,
                    p.choice.weights, p.choice.algorithm, p.choice.mixer, p.choice.mixing_steps);
}

// One polynomial in the graph under two names: Chebyshev's is the same for all W that are affine in
// each other, and of one step on a complete graph it is W itself.
bool same_run(const Prediction& a, const Prediction& b) {
  return a.choice.graph == b.choice.graph && a.choice.algorithm == b.choice.algorithm &&
         a.choice.mixing_steps == b.choice.mixing_steps &&
         std::abs(a.contraction - b.contraction) <= 1e-9 && std::abs(a.rate - b.rate) <= 1e-12;
}

// Keeps the first of those that are the same run.
void add(PlanRanking& ranking, Prediction&& found) {
  for (const Prediction& other : ranking.best_first)
    if (same_run(other, found)) return;
  ranking.best_first.push_back(std::move(found));
}

}  // namespace

std::optional<Prediction> predict(const PlanQuestion& question, const PlanChoice& choice,
                                  const Spectrum& spectrum) {
  const StepModes& modes = *find_step_modes(choice.algorithm);
  const Agreement agreement = agreement_for(question, choice, spectrum);
  Prediction p;
  p.choice = choice;
  p.contraction = agreement.mix.contraction;
  p.step_size = agreement.step_size;
  p.rate = rate_per_step(modes, agreement);
  if (!(p.rate < 1)) return std::nullopt;
  const double steps = std::log(question.accuracy) / std::log(std::max(p.rate, 1e-300));
  if (!(steps < kMostSteps)) return std::nullopt;
  p.steps = question.steps > 0 ? question.steps : static_cast<std::uint64_t>(std::ceil(steps));
  p.traffic.directed_links = 2 * choice.graph->graph.edges();
  for (const PlanGraph::Round& round : choice.graph->rounds) p.traffic.round_arcs += round.arcs;
  p.traffic.diameter = choice.graph->diameter;
  p.traffic.mixing_steps = choice.mixing_steps;
  p.traffic.dimension = question.parameters;
  p.traffic.value_bytes = question.value_bytes();
  p.traffic.chunk_bytes = question.chunk_bytes;
  p.traffic.mixes = modes.mixes;
  predict_times(question, modes, p);
  return p;
}

namespace {

// A schedule has weights of its own, and one way to be mixed: plainly, a period at a time.
void rank_schedule(const PlanQuestion& question, const PlanGraph& graph, PlanRanking& ranking) {
  const auto& rules = question.weights;
  if (!rules.empty() && std::find(rules.begin(), rules.end(), "auto") == rules.end()) return;
  PlanChoice choice;
  choice.graph = &graph;
  choice.weights = "auto";
  choice.mixer = "plain";
  choice.mixing_steps = static_cast<int>(graph.rounds.size());
  choice.automatic_steps = true;
  Mixing mixing;
  mixing.schedule = graph.schedule;
  for (const StepModes& modes : step_modes()) {
    if (!asked_for(question, modes)) continue;
    if (!satisfies(nature_of(mixing), find_algorithm(modes.algorithm)->needs)) continue;
    choice.algorithm = modes.algorithm;
    if (auto found = predict(question, choice, rate_of(*graph.schedule)))
      add(ranking, std::move(*found));
    else
      ++ranking.without_convergence;
  }
}

}  // namespace

PlanRanking rank_plans(const PlanQuestion& question) {
  PlanRanking ranking;
  for (PlanGraph& graph : plan_graphs(question)) {
    ranking.graphs.push_back(std::make_unique<const PlanGraph>(std::move(graph)));
    const PlanGraph* kept = ranking.graphs.back().get();
    if (kept->schedule) {
      rank_schedule(question, *kept, ranking);
      continue;
    }
    for (const PlanWeights& weights : plan_weights(question, kept->graph))
      for (const MixerEntry& mixer : mixers()) {
        PlanChoice base;
        base.graph = kept;
        base.weights = weights.rule;
        for (PlanChoice& choice : mixing_choices(base, mixer, weights.spectrum))
          for (const StepModes& modes : step_modes()) {
            if (!asked_for(question, modes)) continue;
            choice.algorithm = modes.algorithm;
            if (auto found = predict(question, choice, weights.spectrum))
              add(ranking, std::move(*found));
            else
              ++ranking.without_convergence;
          }
      }
  }
  std::sort(ranking.best_first.begin(), ranking.best_first.end(),
            [](const Prediction& a, const Prediction& b) { return order(a) < order(b); });
  return ranking;
}

}  // namespace starling
