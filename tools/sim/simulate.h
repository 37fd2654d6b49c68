#pragma once

#include <csignal>
#include <optional>
#include <string>

#include "node/config/config.h"
#include "tools/sim/results.h"

namespace starling {

struct SimulateOptions {
  std::optional<std::string> out;                      // the run folder; none: nothing is written
  bool progress = false;                               // one line on stderr, overwritten
  const volatile std::sig_atomic_t* signal = nullptr;  // set: the run is asked to stop
};

// Runs the configuration in lockstep and returns its summary (tools/sim/summarize.h), writing the
// same run folder as a cluster of processes would.
// Errors    ConfigError, GraphError, SettingsError, RunError, and what the objective throws.
Json simulate(const Config& config, const SimulateOptions& options);

}  // namespace starling
