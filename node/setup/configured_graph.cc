#include "node/setup/configured_graph.h"

#include <algorithm>

#include "node/config/option_value.h"
#include "node/config/options.h"
#include "node/error.h"
#include "node/files/text_file.h"
#include "topology/digraph_generators.h"
#include "topology/edge_list.h"
#include "topology/generators.h"
#include "topology/schedule_file.h"
#include "topology/schedules/static.h"
#include "topology/weights/directed_rules.h"
#include "topology/weights/given.h"

namespace starling {
namespace {

constexpr std::uint64_t kMaxGraphBytes = std::uint64_t{1} << 32;
constexpr const char* kFileKey = "shared.topology.file";

template <class Kinds>
const auto* find_kind(const Kinds& kinds, std::string_view name) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

// reads: the names of the parameters the kind reads. One whose size follows from its sides does not
// read `nodes`: it is compared afterwards.
GraphParameters parameters_of(const TopologySettings& t, std::string_view reads) {
  const auto names = split_words(reads);
  const auto read = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto given = [](std::uint64_t value) {
    return value ? std::optional(value) : std::nullopt;
  };
  GraphParameters p;
  if (read("nodes")) p.nodes = given(t.nodes);
  p.degree = given(t.degree);
  p.rows = given(t.rows);
  p.columns = given(t.columns);
  if (t.probability >= 0) p.probability = t.probability;
  if (t.radius >= 0) p.radius = t.radius;
  p.graphs = t.graphs;
  if (read("weights") && t.weights != "auto") p.weights = t.weights;
  p.read_file = [](const std::string& path) {
    return read_text_file(path, "shared.topology.graphs", kMaxGraphBytes);
  };
  p.seed = t.seed;
  return p;
}

ConfiguredTopology changing(std::unique_ptr<Schedule> schedule) {
  return {schedule->links(), std::move(schedule)};
}

// A directed graph is a schedule of one round. "auto": its mean, where every node has as many
// sources as targets, else the sum, for push_sum.
ConfiguredTopology directed(const Digraph& graph, const std::vector<double>* weights,
                            const std::string& rule) {
  if (weights && (rule == "auto" || rule == "file"))
    return changing(
        std::make_unique<StaticSchedule>(directed_matrix_from_weights(graph, *weights)));
  const bool balanced = !unbalanced_node(graph);
  const std::string chosen = rule != "auto" ? rule
                             : balanced     ? "doubly_stochastic"
                                            : "column_stochastic";
  return changing(std::make_unique<StaticSchedule>(make_directed_matrix(chosen, graph)));
}

void require_own_weights(const TopologySettings& t, const std::string& what) {
  if (t.weights == "auto") return;
  throw ConfigError("shared.topology.weights = \"" + t.weights + "\": " + what +
                    " has weights of its own in every round; allowed: auto");
}

ConfiguredTopology from_file(const TopologySettings& t) {
  const std::string text = read_text_file(t.file, kFileKey, kMaxGraphBytes);
  if (is_schedule_text(text)) {
    require_own_weights(t, "a schedule");
    return changing(read_schedule(text));
  }
  if (is_directed_text(text)) {
    const DirectedEdgeListFile file = read_directed_edge_list(text);
    return directed(file.graph, file.weights ? &*file.weights : nullptr, t.weights);
  }
  EdgeListFile file = read_edge_list(text);
  if (file.weights && t.weights == "auto")
    throw ConfigError(
        "shared.topology.weights = \"auto\": " + printable(t.file) +
        " has weights: weights = \"file\" uses them, the name of a rule ignores them");
  return {std::move(file.graph), nullptr};
}

ConfiguredTopology from_kind(const TopologySettings& t) {
  if (const ScheduleKind* kind = find_schedule(t.kind)) {
    if (kind->parameters.find("weights") == std::string_view::npos) require_own_weights(t, t.kind);
    return changing(make_schedule(t.kind, parameters_of(t, kind->parameters)));
  }
  if (const DigraphKind* kind = find_digraph(t.kind))
    return directed(make_digraph(t.kind, parameters_of(t, kind->parameters)), nullptr, t.weights);
  const GraphKind* kind = find_kind(graph_kinds(), t.kind);
  return {make_graph(t.kind, parameters_of(t, kind ? kind->parameters : "nodes")), nullptr};
}

}  // namespace

ConfiguredTopology configured_topology(const TopologySettings& t) {
  ConfiguredTopology topology;
  const std::string where = t.file.empty()
                                ? "shared.topology"
                                : std::string(kFileKey) + " = \"" + printable(t.file) + "\"";
  try {
    topology = t.file.empty() ? from_kind(t) : from_file(t);
  } catch (const GraphError& error) {
    throw ConfigError(where + ": " + error.what());
  }
  const NodeId nodes = topology.graph.nodes();
  if (t.nodes != 0 && nodes != t.nodes)
    throw ConfigError("shared.topology.nodes = " + std::to_string(t.nodes) + ": the graph has " +
                      std::to_string(nodes));
  if (!connected(topology.graph))
    throw ConfigError("shared.topology: the graph is not connected; every node must be reachable");
  return topology;
}

void read_edge_weights(TopologySettings& t) {
  if (t.weights != "file") return;
  if (t.file.empty())
    throw ConfigError("shared.topology.weights = \"file\": there is no " + std::string(kFileKey) +
                      "; allowed with a kind are the weight rules and \"auto\"");
  try {
    const std::string text = read_text_file(t.file, kFileKey, kMaxGraphBytes);
    if (is_schedule_text(text) || is_directed_text(text)) return;  // read with their graph
    const EdgeListFile file = read_edge_list(text);
    given_weights(file);  // refuses what does not average
    t.weighted_edges = file.graph.edge_list();
    t.edge_weights = *file.weights;
  } catch (const GraphError& error) {
    throw ConfigError(std::string(kFileKey) + " = \"" + printable(t.file) + "\": " + error.what());
  }
}

}  // namespace starling
