#include "tools/topology/commands.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <utility>

#include "tools/topology/directed.h"
#include "tools/topology/draw.h"
#include "tools/topology/files.h"
#include "tools/topology/inspect.h"
#include "tools/topology/keys.h"
#include "tools/topology/plan.h"
#include "tools/topology/schedules.h"
#include "topology/digraph_generators.h"
#include "topology/edge_list.h"
#include "topology/formats.h"
#include "topology/graph_file.h"
#include "topology/nearest.h"
#include "topology/weights/given.h"

namespace starling {
namespace {

constexpr NodeId kHuge = 10'000;  // from here on, inspect says what it cost

bool is_kind(const std::string& name) {
  for (const GraphKind& kind : graph_kinds())
    if (kind.name == name) return true;
  return false;
}

// Directed kinds and schedules are known, too: run_directed and run_schedule make those.
[[noreturn]] void refuse_unknown(const std::string& what, const std::string& name) {
  std::vector<std::string_view> names;
  for (const GraphKind& kind : graph_kinds()) names.push_back(kind.name);
  for (const DigraphKind& kind : digraph_kinds()) names.push_back(kind.name);
  for (const ScheduleKind& kind : schedule_kinds()) names.push_back(kind.name);
  std::string allowed;
  for (const std::string_view kind : names) allowed += " " + std::string(kind);
  throw UsageError(what + did_you_mean(name, names) + "; kinds:" + allowed);
}

// The graph of a kind or a file. A kind wins: ./ring names the file.
EdgeListFile load(const TopologyOptions& options) {
  const std::string& subject = options.subject;
  if (is_kind(subject)) return {make_graph(subject, options.parameters), std::nullopt};
  if (!std::filesystem::is_regular_file(subject))
    refuse_unknown("'" + subject + "' is neither a file nor a kind", subject);
  if (options.has_parameters)
    throw UsageError("'" + subject +
                     "' is a file; --nodes, --seed and their like belong to a kind");
  try {
    return read_graph_file(read_text(subject));
  } catch (const GraphError& error) {
    throw GraphError(subject + ": " + error.what());
  }
}

void list(const TopologyOptions& options) {
  if (options.json) {
    nlohmann::ordered_json all = {{"kinds", nlohmann::ordered_json::array()},
                                  {"weights", nlohmann::ordered_json::array()}};
    for (const GraphKind& kind : graph_kinds())
      all["kinds"].push_back(
          {{"name", kind.name}, {"summary", kind.summary}, {"parameters", kind.parameters}});
    for (const WeightRule& rule : weight_rules())
      all["weights"].push_back({{"name", rule.name}, {"source", rule.source}});
    list_directed(all);
    list_schedules(all);
    write_result(options, all.dump(2) + "\n");
    return;
  }
  std::ostringstream text;
  const auto column = [](std::string_view word) {
    std::string padded(word);
    padded.resize(std::max<std::size_t>(20, padded.size() + 1), ' ');
    return padded;
  };
  text << "kinds\n";
  for (const GraphKind& kind : graph_kinds())
    text << "  " << column(kind.name) << kind.summary << " [" << kind.parameters << "]\n";
  text << "weights\n";
  for (const WeightRule& rule : weight_rules())
    text << "  " << column(rule.name) << rule.source << "\n";
  list_directed(text);
  list_schedules(text);
  write_result(options, text.str());
}

void generate(const TopologyOptions& options) {
  if (!is_kind(options.subject))
    refuse_unknown("kind = " + options.subject + " is unknown", options.subject);
  const Graph graph = make_graph(options.subject, options.parameters);
  write_result(options, write_edge_list(graph, nullptr, described(options)));
}

// W by --weights, else by the file's own weights, else Metropolis; and the rule's name.
std::pair<MixingMatrix, std::string> weighed(const TopologyOptions& options,
                                             const EdgeListFile& file) {
  std::string rule = options.weights;
  if (rule.empty()) rule = file.weights ? "file" : "metropolis";
  MixingMatrix matrix =
      rule == "file" ? given_weights(file) : make_mixing_matrix(rule, file.graph, options.samples);
  return {std::move(matrix), std::move(rule)};
}

void inspect_command(const TopologyOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const EdgeListFile file = load(options);
  const auto [matrix, rule] = weighed(options, file);
  const nlohmann::ordered_json report = inspect(matrix, rule);
  write_report(options, report);
  if (matrix.graph.nodes() < kHuge) return;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::cerr << "peak_memory_mib=" << usage.ru_maxrss / 1024 << " seconds=" << seconds.count()
            << "\n";
}

// One weight per edge; a data-weighted W has two.
std::vector<double> edge_weights(const MixingMatrix& matrix, const std::string& rule) {
  const Graph& graph = matrix.graph;
  std::vector<double> weights;
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    if (matrix.stationary[i] != matrix.stationary[0])
      throw UsageError("weights " + rule +
                       " has w_ij != w_ji and no place in an edge list; "
                       "allowed: Matrix Market (--output FILE.mtx, or convert --to mtx)");
    for (std::size_t k = 0; k < graph.degree(i); ++k)
      if (i < graph.neighbors(i)[k]) weights.push_back(matrix.row(i)[k]);
  }
  return weights;
}

void weigh(const TopologyOptions& options) {
  if (options.weights.empty()) throw UsageError("weigh needs --weights RULE; see list");
  const EdgeListFile file = load(options);
  const MixingMatrix matrix = make_mixing_matrix(options.weights, file.graph, options.samples);
  if (options.output.ends_with(".mtx")) {
    write_result(options, write_matrix_market(matrix));
    return;
  }
  const std::vector<double> weights = edge_weights(matrix, options.weights);
  std::string comment = described(options);
  if (!comment.empty()) comment += '\n';
  comment += "weights " + options.weights;
  write_result(options, write_edge_list(file.graph, &weights, comment));
}

void convert(const TopologyOptions& options) {
  constexpr std::string_view kFormats[] = {"graphml", "dot", "mtx", "json", "edges"};
  if (std::find(std::begin(kFormats), std::end(kFormats), options.to) == std::end(kFormats))
    throw UsageError("--to = '" + options.to + "'" + did_you_mean(options.to, kFormats) +
                     "; allowed: graphml dot mtx json edges");
  EdgeListFile file = load(options);
  std::optional<MixingMatrix> matrix;
  if (!options.weights.empty())
    matrix = make_mixing_matrix(options.weights, file.graph, options.samples);
  if (options.to == "mtx") {
    if (!matrix && file.weights) matrix = mixing_matrix_from_weights(file.graph, *file.weights);
    write_result(options, matrix ? write_matrix_market(*matrix) : write_matrix_market(file.graph));
    return;
  }
  if (matrix) file.weights = edge_weights(*matrix, options.weights);
  const std::vector<double>* weights = file.weights ? &*file.weights : nullptr;
  if (options.to == "graphml") write_result(options, write_graphml(file.graph, weights));
  if (options.to == "dot") write_result(options, write_dot(file.graph, weights));
  if (options.to == "json") write_result(options, write_node_link(file.graph, weights));
  if (options.to == "edges")
    write_result(options, write_edge_list(file.graph, weights, described(options)));
}

}  // namespace

void run_command(const TopologyOptions& options) {
  if (options.command == "draw" && (is_schedule(options) || is_directed(options)))
    throw UsageError("'" + options.subject +
                     "' is directed or changes; draw takes one undirected graph");
  if (is_schedule(options)) return run_schedule(options);
  refuse_schedule_options(options);
  if (is_directed(options)) return run_directed(options);
  if (options.command == "list") list(options);
  if (options.command == "generate") generate(options);
  if (options.command == "inspect") inspect_command(options);
  if (options.command == "weigh") weigh(options);
  if (options.command == "convert") convert(options);
  if (options.command == "plan") plan(options);
  if (options.command == "keys") make_keys(options);
  if (options.command == "draw") {
    const auto [matrix, rule] = weighed(options, load(options));
    draw_command(options, matrix, rule);
  }
}

}  // namespace starling
