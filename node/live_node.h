#pragma once

#include <csignal>
#include <functional>
#include <optional>
#include <string>

#include "node/config/config.h"
#include "node/participant_options.h"
#include "node/setup/experiment.h"

namespace starling {

// One node of a configured run, from its configuration to its run folder.
struct LiveNodeOptions {
  std::uint32_t id = 0;
  std::string out;                       // the run folder
  std::optional<std::uint64_t> kill_at;  // SIGKILL itself at the start of this step
  std::vector<ParticipantOptions::Await> awaited;
  ParticipantOptions::Apart apart;
  bool progress_lines = false;  // JSON lines on stdout, a few a second
  const volatile std::sig_atomic_t* signal = nullptr;
  std::function<Config()> reload;  // on SIGHUP: the configuration as it stands now
};

// Runs it and returns the exit code. Errors that belong to this node are said on stderr in one
// line, told to the neighbors, and become their exit code; ConfigError before the network is up is
// thrown.
int run_live_node(const Config& config, const LiveNodeOptions& options);

}  // namespace starling
