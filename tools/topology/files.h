#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tools/topology/options.h"

namespace starling {

// Errors: UsageError when it cannot be read.
std::string read_text(const std::string& path);
// To --output, else standard output. Errors: std::runtime_error when it cannot be written.
void write_result(const TopologyOptions& options, const std::string& text);
// One object with --json, else a line per key.
void write_report(const TopologyOptions& options, const nlohmann::ordered_json& report);
// "kind ring nodes 8": how a generated file came to be; empty for a file.
std::string described(const TopologyOptions& options);

}  // namespace starling
