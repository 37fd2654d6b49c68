#include "tools/plan/candidates.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include "topology/nearest.h"

namespace starling {
namespace {

bool among(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::size_t largest_degree(const Graph& graph) {
  std::size_t most = 0;
  for (NodeId i = 0; i < graph.nodes(); ++i) most = std::max(most, graph.degree(i));
  return most;
}

// "regular:4" -> kind regular, degree 4.
PlanGraph described(const std::string& name, const PlanQuestion& question) {
  PlanGraph result;
  result.name = name;
  const std::size_t colon = std::min(name.find(':'), name.size());
  result.kind = name.substr(0, colon);
  result.parameters.nodes = question.nodes;
  result.parameters.seed = question.seed;
  if (colon == name.size()) return result;
  std::uint64_t degree = 0;
  const char *first = name.data() + colon + 1, *last = name.data() + name.size();
  const auto [end, error] = std::from_chars(first, last, degree);
  if (error != std::errc{} || end != last)
    throw GraphError("topology '" + name + "': allowed: KIND or KIND:DEGREE, as regular:4");
  result.parameters.degree = degree;
  return result;
}

PlanGraph changing(PlanGraph result) {
  result.schedule = make_schedule(result.kind, result.parameters);
  const auto period = result.schedule->period();
  if (!period || !schedule_rate(*result.schedule).exact_after)
    throw GraphError(result.name + " of " + std::to_string(result.schedule->nodes()) +
                     " nodes never averages exactly: only exact schedules can be planned");
  for (std::uint64_t t = 0; t < *period; ++t) {
    const Digraph round = result.schedule->round(t).graph;
    for (NodeId i = 0; i < round.nodes(); ++i)
      result.degree_max =
          std::max({result.degree_max, round.sources(i).size(), round.targets(i).size()});
    result.rounds.push_back({round.links(), round.arcs()});
  }
  result.graph = result.schedule->links();
  result.diameter = diameter(result.graph);
  return result;
}

// A random 4-regular graph of 10^3 nodes reaches all within ten steps: the work limit of diameter()
// is far away; only long chains cost more, and nobody plans those at 10^6.
PlanGraph finished(PlanGraph result) {
  if (find_schedule(result.kind)) return changing(std::move(result));
  result.graph = make_graph(result.kind, result.parameters);
  if (!connected(result.graph)) throw GraphError(result.name + " is not connected");
  result.diameter = diameter(result.graph);
  result.degree_max = largest_degree(result.graph);
  return result;
}

bool same_edges(const Graph& a, const Graph& b) {
  return a.edges() == b.edges() && a.edge_list() == b.edge_list();
}

bool same_graph(const PlanGraph& a, const PlanGraph& b) {
  return same_edges(a.graph, b.graph) &&
         std::equal(a.rounds.begin(), a.rounds.end(), b.rounds.begin(), b.rounds.end(),
                    [](const PlanGraph::Round& one, const PlanGraph::Round& other) {
                      return one.arcs == other.arcs && same_edges(one.links, other.links);
                    });
}

// Sizes at which a kind is something of its own; what it refuses besides is left out, too.
std::vector<std::string> sensible(NodeId n) {
  std::vector<std::string> names{"complete"};
  if (n <= 3) return names;
  names.insert(names.end(), {"ring", "star"});
  const auto root = static_cast<NodeId>(std::sqrt(static_cast<double>(n)));
  for (NodeId side = 2; side <= root; ++side)
    if (n % side == 0) {
      names.emplace_back("torus");
      break;
    }
  names.insert(names.end(),
               {"hypercube", "exponential", "regular:4", "regular:6", "paley", "base_graph:1",
                "base_graph:2", "hypercube_exchange", "one_peer_exponential"});
  return names;
}

constexpr NodeId kCompleteNodes = 2048;  // above, its edges alone fill the memory

}  // namespace

std::vector<PlanGraph> plan_graphs(const PlanQuestion& question) {
  std::vector<PlanGraph> graphs;
  if (!question.topologies.empty()) {
    for (const std::string& name : question.topologies)
      graphs.push_back(finished(described(name, question)));
    return graphs;
  }
  for (const std::string& name : sensible(question.nodes)) {
    if (name == "complete" && question.nodes > kCompleteNodes) continue;
    try {
      PlanGraph next = finished(described(name, question));
      const auto twin = std::find_if(graphs.begin(), graphs.end(), [&](const PlanGraph& other) {
        return same_graph(other, next);
      });
      if (twin == graphs.end()) graphs.push_back(std::move(next));
    } catch (const GraphError&) {  // this kind does not exist at n
    }
  }
  return graphs;
}

std::vector<PlanWeights> plan_weights(const PlanQuestion& question, const Graph& graph) {
  std::vector<PlanWeights> result;
  std::vector<std::string_view> known;
  for (const WeightRule& rule : weight_rules()) known.push_back(rule.name);
  for (const std::string& name : question.weights)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw GraphError("weight rule '" + name + "' is unknown" + did_you_mean(name, known));
  for (const WeightRule& rule : weight_rules()) {
    const bool named = std::find(question.weights.begin(), question.weights.end(), rule.name) !=
                       question.weights.end();
    if (!question.weights.empty() && !named) continue;
    // Cheap by formula; whatever else the registry knows solves a problem per graph. A lazy W only
    // shortens the interval's safe end, and unequal sample counts are not known here.
    const bool formula = among(rule.name, {"metropolis", "max_degree", "best_constant"});
    if (!named &&
        (rule.averages == Averages::samples || among(rule.name, {"lazy_metropolis", "auto"}) ||
         (!formula && graph.edges() > kOptimizedEdges)))
      continue;
    const Spectrum found = spectrum(rule.make(graph, std::vector<double>(graph.nodes(), 1.0)));
    const bool twin = std::any_of(result.begin(), result.end(), [&](const PlanWeights& other) {
      return std::abs(other.spectrum.gap_2 - found.gap_2) <= 1e-6 * found.gap_2 &&
             std::abs(other.spectrum.lambda_n - found.lambda_n) <= 1e-6;
    });
    if (!twin || named) result.push_back({std::string(rule.name), found});
  }
  return result;
}

}  // namespace starling
