#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "consensus/contraction_recorder.h"

namespace starling {

using Json = nlohmann::ordered_json;

// What one node left behind, in its run folder or in memory; what it could not leave is absent.
struct NodeResult {
  std::optional<Json> summary;               // summary.json
  std::optional<std::vector<double>> model;  // x
  std::optional<std::vector<ContractionRecorder::Record>> contraction;
  std::optional<std::uint64_t> samples;  // how many it owned
};

// node-<i>/{summary.json,model.safetensors,contraction.safetensors,samples} of a run folder.
// Errors    RunError naming a file that is there and cannot be read. An absent one is no error.
std::vector<NodeResult> read_results(const std::string& folder, std::uint32_t nodes);

}  // namespace starling
