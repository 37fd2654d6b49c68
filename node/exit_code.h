#pragma once

#include <string_view>

namespace starling {

// How every program of ours ends: the contract with scripts. 128 + n: ended by signal n.
enum class ExitCode : int {
  done = 0,    // as asked: target reached, or the budget done when no target was set
  failed = 1,  // numerical, input or output, internal
  usage = 2,   // command line or configuration
  budget = 3,  // a target was set and the budget spent before it
  lost = 4,    // the cluster is lost, or fewer than min_nodes are left
};

constexpr int exit_code(ExitCode code) { return static_cast<int>(code); }
constexpr int signal_exit_code(int signal) { return 128 + signal; }

// The exit code that belongs to the status word of a summary: converged, stopped, left, budget,
// lost; all else failed.
constexpr ExitCode exit_code_of_status(std::string_view status) {
  if (status == "converged" || status == "stopped" || status == "left") return ExitCode::done;
  if (status == "budget") return ExitCode::budget;
  if (status == "lost") return ExitCode::lost;
  return ExitCode::failed;
}

}  // namespace starling
