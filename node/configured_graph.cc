#include "node/configured_graph.h"

#include <algorithm>

#include "node/error.h"
#include "node/option_value.h"
#include "node/options.h"
#include "node/text_file.h"
#include "topology/edge_list.h"
#include "topology/generators.h"

namespace starling {
namespace {

constexpr std::uint64_t kMaxGraphBytes = std::uint64_t{1} << 32;

GraphParameters parameters_of(const TopologySettings& t) {
  GraphParameters p;
  const auto given = [](std::uint64_t value) {
    return value ? std::optional(value) : std::nullopt;
  };
  // A kind whose size follows from its sides does not read `nodes`: it is compared afterwards.
  const auto kinds = graph_kinds();
  const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                 [&](const GraphKind& k) { return k.name == t.kind; });
  bool reads_nodes = true;
  if (kind != kinds.end()) {
    const auto names = split_words(kind->parameters);
    reads_nodes = std::find(names.begin(), names.end(), "nodes") != names.end();
  }
  if (reads_nodes) p.nodes = given(t.nodes);
  p.degree = given(t.degree);
  p.rows = given(t.rows);
  p.columns = given(t.columns);
  if (t.probability >= 0) p.probability = t.probability;
  if (t.radius >= 0) p.radius = t.radius;
  p.seed = t.seed;
  return p;
}

Graph graph_from_file(const TopologySettings& t) {
  const std::string key = "shared.topology.file";
  const std::string text = read_text_file(t.file, key, kMaxGraphBytes);
  try {
    EdgeListFile file = read_edge_list(text);
    if (file.weights && t.weights == "auto")
      throw ConfigError("shared.topology.weights = \"auto\": " + printable(t.file) +
                        " has weights, which this version does not read; name a rule to weigh its "
                        "edges by");
    return std::move(file.graph);
  } catch (const GraphError& error) {
    throw ConfigError(key + " = \"" + printable(t.file) + "\": " + error.what());
  }
}

}  // namespace

Graph configured_graph(const TopologySettings& t) {
  Graph graph;
  if (!t.file.empty()) {
    graph = graph_from_file(t);
  } else {
    try {
      graph = make_graph(t.kind, parameters_of(t));
    } catch (const GraphError& error) {
      throw ConfigError("shared.topology: " + std::string(error.what()));
    }
  }
  if (t.nodes != 0 && graph.nodes() != t.nodes)
    throw ConfigError("shared.topology.nodes = " + std::to_string(t.nodes) + ": the graph has " +
                      std::to_string(graph.nodes()));
  if (!connected(graph))
    throw ConfigError("shared.topology: the graph is not connected; every node must be reachable");
  return graph;
}

}  // namespace starling
