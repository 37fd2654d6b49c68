#pragma once

#include "tools/topology/options.h"

namespace starling {

// Runs the command. Errors: UsageError and GraphError for the user's mistakes, std::runtime_error
// when a result cannot be written.
void run_command(const TopologyOptions& options);

}  // namespace starling
