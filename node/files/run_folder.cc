#include "node/files/run_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "node/files/atomic_file.h"
#include "node/files/safetensors.h"
#include "topology/edge_list.h"
#include "topology/schedule_file.h"

namespace starling {
namespace {

void create_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && !std::filesystem::is_directory(path))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error) throw RunError("cannot create " + path + ": " + error.message());
}

std::string joined(const std::string& folder, std::string_view name) {
  return (std::filesystem::path(folder) / name).string();
}

std::string with_newline(std::string_view json) {
  std::string text(json);
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

constexpr std::uint64_t kMostLines = 1'000'000;  // of a written period

std::string directed_text(const DirectedMatrix& matrix) {
  std::vector<double> weights;
  for (const Arc& arc : matrix.graph.arc_list()) {
    const auto sources = matrix.graph.sources(arc.to);
    const auto k = std::lower_bound(sources.begin(), sources.end(), arc.from) - sources.begin();
    weights.push_back(matrix.row(arc.to)[static_cast<std::size_t>(k)]);
  }
  return write_edge_list(matrix.graph, &weights);
}

std::string topology_text(const Graph& graph, const Schedule* schedule) {
  if (!schedule) return write_edge_list(graph);
  const auto period = schedule->period();
  if (!period)
    return write_edge_list(graph, nullptr, "the links of all rounds of a random schedule");
  if (*period == 1) return directed_text(schedule->round(0));
  std::uint64_t lines = 0;
  for (std::uint64_t t = 0; t < *period && lines <= kMostLines; ++t)
    lines += 1 + schedule->round(t).graph.arcs();
  if (lines > kMostLines)
    return write_edge_list(graph, nullptr,
                           "the links of all " + std::to_string(*period) + " rounds of a schedule");
  return write_schedule(*schedule, *period);
}

}  // namespace

RunFolder::RunFolder(std::string path) : path_(std::move(path)) { create_folder(path_); }

void RunFolder::write_config(const Config& config) const {
  write_file_atomically(joined(path_, "config.toml"), print_config(config));
}

void RunFolder::write_topology(const Graph& graph, const Schedule* schedule) const {
  write_file_atomically(joined(path_, "topology.edges"), topology_text(graph, schedule));
}

void RunFolder::write_summary(std::string_view json) const {
  write_file_atomically(joined(path_, "summary.json"), with_newline(json));
}

NodeFolder::NodeFolder(const std::string& run_path, std::uint32_t node, Metrics metrics)
    : path_(joined(run_path, "node-" + std::to_string(node))),
      metrics_path_(joined(path_, "metrics.jsonl")) {
  create_folder(path_);
  const int flags =
      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (metrics == Metrics::replace ? O_TRUNC : 0);
  metrics_ = open(metrics_path_.c_str(), flags, 0666);
  if (metrics_ < 0) throw_write_error(metrics_path_, errno);
}

NodeFolder::~NodeFolder() { close(metrics_); }

void NodeFolder::append_metrics(std::string_view json) {
  const std::string line = with_newline(json);
  write_all(metrics_, std::as_bytes(std::span(line)), metrics_path_);
}

void NodeFolder::write_samples(std::span<const std::uint64_t> rows) const {
  std::string text;
  for (const std::uint64_t row : rows) text += std::to_string(row) + "\n";
  write_file_atomically(file("samples"), text);
}

void NodeFolder::write_summary(std::string_view json) const {
  write_file_atomically(file("summary.json"), with_newline(json));
}

void NodeFolder::write_model(std::span<const float> x) const {
  const TensorView tensor = TensorView::of("x", x);
  write_safetensors(file("model.safetensors"), {}, std::span(&tensor, 1));
}

void NodeFolder::write_model(std::span<const double> x) const {
  const TensorView tensor = TensorView::of("x", x);
  write_safetensors(file("model.safetensors"), {}, std::span(&tensor, 1));
}

std::string NodeFolder::file(std::string_view name) const { return joined(path_, name); }

}  // namespace starling
