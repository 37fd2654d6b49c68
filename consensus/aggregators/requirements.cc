#include "consensus/aggregators/requirements.h"

#include "consensus/aggregators/aggregator.h"
#include "consensus/algorithms/registry.h"
#include "consensus/attacks/attack.h"
#include "consensus/requirements.h"

namespace starling {

namespace {

using Refusal = std::optional<std::string>;

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// The key that asks for whole vectors.
std::string asked_by(const Settings& settings) {
  return settings.mixing.robust()
             ? "shared.mixing.aggregator = " + quoted(settings.mixing.aggregator)
             : "shared.attack.kind = " + quoted(settings.attack.kind);
}

Refusal attackers(const Settings& settings) {
  const auto& nodes = settings.attack.nodes;
  if (settings.attack.kind == "none") return std::nullopt;
  if (nodes.empty())
    return "shared.attack.nodes is missing: shared.attack.kind = " + quoted(settings.attack.kind) +
           " needs the ids of the nodes that lie, as \"0,6\"";
  if (nodes.back() >= settings.topology.nodes)
    return "shared.attack.nodes: there is no node " + std::to_string(nodes.back()) +
           "; allowed are 0 to " + std::to_string(settings.topology.nodes - 1);
  if (nodes.size() == settings.topology.nodes)
    return std::string("shared.attack.nodes: all nodes lie, and nobody is left to withstand it");
  return std::nullopt;
}

Refusal mixing(const Settings& settings) {
  const std::string reason =
      settings.mixing.robust()
          ? "a polynomial in W or several gossip steps rest on a linear W, and a rule that leaves "
            "out or clips is none: its bounds hold for one gossip step between two gradient steps"
          : "the attacks are defined for one plain gossip step a mix, as the robust rules make it";
  if (settings.mixing.acceleration == "chebyshev")
    return "shared.mixing.acceleration = \"chebyshev\" with " + asked_by(settings) + ": " + reason +
           "; use \"none\"";
  if (settings.mixing.steps > 1)
    return "shared.mixing.steps = " + std::to_string(settings.mixing.steps) + " with " +
           asked_by(settings) + ": " + reason + "; use 1";
  return std::nullopt;
}

Refusal algorithm_of(const Settings& settings, const AlgorithmEntry& algorithm) {
  if (algorithm.mixes_models) return std::nullopt;
  std::string allowed;
  for (const AlgorithmEntry& entry : algorithms())
    if (entry.mixes_models && entry.needs_inputs == algorithm.needs_inputs)
      allowed += (allowed.empty() ? "" : " or ") + quoted(entry.name);
  return "shared.algorithm.kind = " + quoted(algorithm.name) + " with " + asked_by(settings) +
         ": its correction needs the exact mean of what all nodes send, and whatever a rule leaves "
         "out of one mix is missing from that sum for ever; use " +
         allowed;
}

Refusal target(const Settings& settings) {
  if (settings.stop.gradient_norm > 0)
    return "shared.stop.gradient_norm with " + asked_by(settings) +
           ": its bound rests on exact means of all nodes; use shared.stop.steps or seconds";
  if (settings.topology.spectrum == "gossip")
    return "shared.topology.spectrum = \"gossip\" with " + asked_by(settings) +
           ": the estimate rests on plain gossip that everyone can trust; use \"edges\"";
  return std::nullopt;
}

Refusal neighborhoods(const Settings& settings, const AggregatorEntry& entry,
                      const MixingMatrix& matrix) {
  const std::size_t b = settings.mixing.tolerated, least = entry.least_neighbors(b);
  const NodeId nodes = matrix.graph.nodes();
  for (NodeId i = 0; nodes > 1 && i < nodes; ++i) {
    const std::size_t m = matrix.graph.neighbors(i).size();
    if (m < least)
      return "shared.mixing.tolerated = " + std::to_string(b) + ": node " + std::to_string(i) +
             " has " + std::to_string(m) + (m == 1 ? " neighbor" : " neighbors") + ", and " +
             quoted(entry.name) + " needs at least " + std::to_string(least) +
             "; use a denser graph or a smaller number";
    if (!entry.reads_weights || matrix.diagonal.empty()) continue;
    for (const double w : matrix.row(i))
      if (w < 0)
        return "shared.topology.weights = " + quoted(settings.topology.weights) +
               ": gives a negative weight, which " + quoted(entry.name) +
               " cannot bound; use \"metropolis\" or \"fmmc\"";
  }
  return std::nullopt;
}

}  // namespace

bool mixes_whole_vectors(const Settings& settings) {
  const AttackEntry* attack = find_attack(settings.attack.kind);
  return settings.mixing.robust() || (attack && attack->lies());
}

Refusal robust_refusal(const Settings& settings, const AlgorithmEntry& algorithm,
                       GraphNature nature, const MixingMatrix* matrix) {
  if (auto refused = attackers(settings)) return refused;
  if (!mixes_whole_vectors(settings)) return std::nullopt;
  if (nature != GraphNature::static_symmetric)
    return asked_by(settings) +
           ": the rules' bounds hold on one undirected graph, and this one is " +
           std::string(to_string(nature)) + "; use a static undirected graph";
  if (auto refused = mixing(settings)) return refused;
  if (auto refused = algorithm_of(settings, algorithm)) return refused;
  if (auto refused = target(settings)) return refused;
  const AggregatorEntry* entry = find_aggregator(settings.mixing.aggregator);
  if (settings.mixing.robust() && !entry) return asked_by(settings) + ": no such aggregator";
  if (entry && matrix) return neighborhoods(settings, *entry, *matrix);
  return std::nullopt;
}

}  // namespace starling
