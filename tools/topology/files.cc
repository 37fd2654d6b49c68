#include "tools/topology/files.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "topology/digraph_generators.h"
#include "topology/schedule.h"

namespace starling {

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text) throw UsageError(path + ": cannot be read");
  return std::move(text).str();
}

void write_result(const TopologyOptions& options, const std::string& text) {
  if (options.output.empty()) {
    std::cout << text << std::flush;
    if (!std::cout) throw std::runtime_error("standard output: cannot be written");
    return;
  }
  std::ofstream file(options.output, std::ios::binary);
  file << text << std::flush;
  if (!file) throw std::runtime_error(options.output + ": cannot be written");
}

void write_report(const TopologyOptions& options, const nlohmann::ordered_json& report) {
  if (options.json) {
    write_result(options, report.dump(2) + "\n");
    return;
  }
  std::ostringstream text;
  for (const auto& [key, value] : report.items()) {
    std::string padded(key);
    padded.resize(std::max<std::size_t>(16, padded.size() + 1), ' ');
    text << padded << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
  }
  write_result(options, text.str());
}

std::string described(const TopologyOptions& options) {
  std::string_view parameters;
  for (const GraphKind& kind : graph_kinds())
    if (kind.name == options.subject) parameters = kind.parameters;
  if (const DigraphKind* kind = find_digraph(options.subject)) parameters = kind->parameters;
  if (const ScheduleKind* kind = find_schedule(options.subject)) parameters = kind->parameters;
  if (parameters.empty()) return {};
  std::string text = "kind " + options.subject;
  const GraphParameters& p = options.parameters;
  const auto add = [&](const char* name, const auto& value) {
    std::ostringstream number;
    if (value) number << ' ' << name << ' ' << *value;
    text += number.str();
  };
  add("nodes", p.nodes);
  add("degree", p.degree);
  add("rows", p.rows);
  add("cols", p.columns);
  add("probability", p.probability);
  add("radius", p.radius);
  if (!p.graphs.empty()) text += " graphs " + p.graphs;
  if (!p.graphs.empty() && !options.weights.empty()) text += " weights " + options.weights;
  if (parameters.ends_with("seed")) add("seed", std::optional<std::uint64_t>(p.seed));
  return text;
}

}  // namespace starling
