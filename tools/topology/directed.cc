#include "tools/topology/directed.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "tools/topology/files.h"
#include "topology/digraph_generators.h"
#include "topology/directed_spectrum.h"
#include "topology/edge_list.h"
#include "topology/formats.h"
#include "topology/nearest.h"
#include "topology/schedule_file.h"

namespace starling {
namespace {

using Json = nlohmann::ordered_json;

DirectedEdgeListFile load(const TopologyOptions& options) {
  if (find_digraph(options.subject))
    return {make_digraph(options.subject, options.parameters), std::nullopt};
  if (options.has_parameters)
    throw UsageError("'" + options.subject +
                     "' is a file; --nodes, --seed and their like belong to a kind");
  try {
    return read_directed_edge_list(read_text(options.subject));
  } catch (const GraphError& error) {
    throw GraphError(options.subject + ": " + error.what());
  }
}

// The rule asked for; else the file's weights; else what suits the graph best.
std::string rule_of(const TopologyOptions& options, const DirectedEdgeListFile& file) {
  if (!options.samples.empty())
    throw UsageError(
        "--samples is not read for a directed graph; allowed: data_weighted on an "
        "undirected one");
  if (!options.weights.empty()) return options.weights;
  if (file.weights) return "file";
  return unbalanced_node(file.graph) ? "column_stochastic" : "doubly_stochastic";
}

DirectedMatrix weighed(const std::string& rule, const DirectedEdgeListFile& file) {
  return rule == "file" && file.weights ? directed_matrix_from_weights(file.graph, *file.weights)
                                        : make_directed_matrix(rule, file.graph);
}

// One per arc of the arc list; the diagonal is what each sender keeps, so columns must sum to one.
std::vector<double> arc_weights(const DirectedMatrix& matrix, const std::string& rule) {
  if (column_defect(matrix) > 1e-12)
    throw UsageError("weights " + rule +
                     " has columns that do not sum to one and no place in an "
                     "edge list; allowed: Matrix Market (--output FILE.mtx, or convert --to mtx)");
  std::vector<double> weights;
  for (const Arc& arc : matrix.graph.arc_list()) {
    const auto sources = matrix.graph.sources(arc.to);
    const auto at = std::lower_bound(sources.begin(), sources.end(), arc.from) - sources.begin();
    weights.push_back(matrix.row(arc.to)[static_cast<std::size_t>(at)]);
  }
  return weights;
}

void weigh(const TopologyOptions& options) {
  if (options.weights.empty()) throw UsageError("weigh needs --weights RULE; see list");
  const DirectedEdgeListFile file = load(options);
  const DirectedMatrix matrix = weighed(rule_of(options, file), file);
  if (options.output.ends_with(".mtx")) {
    write_result(options, write_matrix_market(matrix));
    return;
  }
  const std::vector<double> weights = arc_weights(matrix, options.weights);
  std::string comment = described(options);
  if (!comment.empty()) comment += '\n';
  write_result(options,
               write_edge_list(file.graph, &weights, comment + "weights " + options.weights));
}

void convert(const TopologyOptions& options) {
  constexpr std::string_view kFormats[] = {"graphml", "dot", "mtx", "json", "edges"};
  if (std::find(std::begin(kFormats), std::end(kFormats), options.to) == std::end(kFormats))
    throw UsageError("--to = '" + options.to + "'" + did_you_mean(options.to, kFormats) +
                     "; allowed: graphml dot mtx json edges");
  DirectedEdgeListFile file = load(options);
  const bool weighted = !options.weights.empty() || file.weights;
  std::optional<DirectedMatrix> matrix;
  if (weighted) matrix = weighed(rule_of(options, file), file);
  if (options.to == "mtx") {
    write_result(options, matrix ? write_matrix_market(*matrix) : write_matrix_market(file.graph));
    return;
  }
  if (matrix) file.weights = arc_weights(*matrix, options.weights);
  const std::vector<double>* weights = file.weights ? &*file.weights : nullptr;
  if (options.to == "graphml") write_result(options, write_graphml(file.graph, weights));
  if (options.to == "dot") write_result(options, write_dot(file.graph, weights));
  if (options.to == "json") write_result(options, write_node_link(file.graph, weights));
  if (options.to == "edges")
    write_result(options, write_edge_list(file.graph, weights, described(options)));
}

}  // namespace

bool is_directed(const TopologyOptions& options) {
  if (find_digraph(options.subject)) return true;
  for (const GraphKind& kind : graph_kinds())
    if (kind.name == options.subject) return false;
  if (!std::filesystem::is_regular_file(options.subject)) return false;
  const std::string text = read_text(options.subject);
  return is_directed_text(text) && !is_schedule_text(text);
}

void run_directed(const TopologyOptions& options) {
  if (options.command == "generate")
    write_result(options, write_edge_list(make_digraph(options.subject, options.parameters),
                                          nullptr, described(options)));
  if (options.command == "inspect") {
    const DirectedEdgeListFile file = load(options);
    const std::string rule = rule_of(options, file);
    write_report(options, inspect_directed(weighed(rule, file), rule));
  }
  if (options.command == "weigh") weigh(options);
  if (options.command == "convert") convert(options);
}

void list_directed(std::ostream& text) {
  const auto line = [&](std::string_view name, std::string_view what) {
    std::string padded(name);
    padded.resize(std::max<std::size_t>(22, padded.size() + 1), ' ');
    text << "  " << padded << what;
  };
  text << "directed kinds\n";
  for (const DigraphKind& kind : digraph_kinds()) {
    line(kind.name, kind.summary);
    text << " [" << kind.parameters << "]\n";
  }
  text << "directed weights\n";
  for (const DirectedRule& rule : directed_rules()) {
    line(rule.name, rule.source);
    text << "\n";
  }
}

void list_directed(Json& all) {
  all["directed_kinds"] = Json::array();
  all["directed_weights"] = Json::array();
  for (const DigraphKind& kind : digraph_kinds())
    all["directed_kinds"].push_back(
        {{"name", kind.name}, {"summary", kind.summary}, {"parameters", kind.parameters}});
  for (const DirectedRule& rule : directed_rules())
    all["directed_weights"].push_back({{"name", rule.name}, {"source", rule.source}});
}

Json inspect_directed(const DirectedMatrix& matrix, const std::string& weights) {
  const Digraph& graph = matrix.graph;
  const DirectedSpectrum found = directed_spectrum(matrix);  // refuses what is not connected
  std::size_t in_least = graph.arcs(), in_most = 0, out_least = graph.arcs(), out_most = 0;
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    in_least = std::min(in_least, graph.sources(i).size());
    in_most = std::max(in_most, graph.sources(i).size());
    out_least = std::min(out_least, graph.targets(i).size());
    out_most = std::max(out_most, graph.targets(i).size());
  }
  Json report;
  report["nodes"] = graph.nodes();
  report["arcs"] = graph.arcs();
  report["directed"] = true;
  report["in_degree_min"] = in_least;
  report["in_degree_max"] = in_most;
  report["out_degree_min"] = out_least;
  report["out_degree_max"] = out_most;
  report["balanced"] = !unbalanced_node(graph);
  report["strongly_connected"] = true;
  report["weights"] = weights;
  report["sums_to_one"] = to_string(found.sums);
  report["slem"] = found.slem();
  report["spectral_gap"] = found.gap;
  report["norm"] = found.norm ? Json(*found.norm) : Json(nullptr);
  const auto [least, most] = std::minmax_element(found.perron.begin(), found.perron.end());
  report["perron"] = {{"min", *least}, {"max", *most}};
  report["steps_to_1e-6"] = {{"plain", rounds_to(found, 1e-6)}};
  report["method"] = found.method;
  report["residual"] = found.residual;
  return report;
}

}  // namespace starling
