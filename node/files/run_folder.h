#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "node/config/config.h"
#include "topology/graph.h"
#include "topology/schedule.h"

namespace starling {

// A run's folder and what every node's summary and report is collected from:
//   config.toml  topology.edges  summary.json  node-<i>/...
// Errors    every member: RunError with path and reason.
class RunFolder {
 public:
  explicit RunFolder(std::string path);  // creates it, parents included
  void write_config(const Config& config) const;
  // A static graph; a schedule as a schedule file of one period; a directed graph with its weights.
  // Of a schedule without period, or of one too long for a file, the links it may ever use.
  void write_topology(const Graph& graph, const Schedule* schedule = nullptr) const;
  void write_summary(std::string_view json) const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// node-<i>/ of one node: metrics.jsonl, samples, summary.json, model.safetensors, log.txt.
class NodeFolder {
 public:
  enum class Metrics { replace, append };  // append: a node that was started again
  NodeFolder(const std::string& run_path, std::uint32_t node, Metrics metrics = Metrics::replace);
  ~NodeFolder();
  NodeFolder(const NodeFolder&) = delete;
  NodeFolder& operator=(const NodeFolder&) = delete;

  // One line, in the kernel's hands when this returns; `json` holds no newline.
  void append_metrics(std::string_view json);
  // The indices of the samples this node owned, one a line.
  void write_samples(std::span<const std::uint64_t> rows) const;
  void write_summary(std::string_view json) const;
  void write_model(std::span<const float> x) const;  // tensor "x"
  void write_model(std::span<const double> x) const;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const;

 private:
  std::string path_;
  std::string metrics_path_;
  int metrics_ = -1;
};

}  // namespace starling
