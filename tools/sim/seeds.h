#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "node/config/config.h"
#include "node/simulation/fault_recipe.h"

namespace starling {

struct SeedsOptions {
  std::function<Config(NodeId)> configure;  // the same with so many nodes
  std::pair<NodeId, NodeId> nodes{1, 1};    // each seed draws its number of nodes
  const FaultRecipe* recipe = nullptr;
  std::optional<std::string> faults;  // a file of them (fault_file.h), in place of drawn ones
  std::uint64_t first = 1, last = 1;
  std::optional<std::string> trace;  // file for the events of the last seed, Chrome's format
  bool json = false, first_failure = false;  // first_failure: no seed is run after one
  std::string replay;                        // the command that runs a seed again, but for the seed
  const volatile std::sig_atomic_t* signal = nullptr;  // set: what was run so far is printed
};

// Runs the configuration once per seed on the simulated network, each with the faults its seed
// draws, and judges every run (node/simulation/verdict.h) against lockstep. Prints a line for each
// of a few seeds and for each that failed, with the command that replays it, then what befell all.
// Errors    ConfigError, GraphError, SettingsError, RunError.
// Returns the exit code: 0 iff all seeds were run and no rule was violated.
int run_seeds(const SeedsOptions& options);

}  // namespace starling
