#pragma once

#include <csignal>
#include <functional>
#include <optional>
#include <string>

#include "consensus/agreement.h"
#include "consensus/objectives/objective.h"
#include "consensus/runner.h"
#include "node/pump.h"

namespace starling {

// The cluster is lost: exit code 4.
class LostError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a participant is told besides its objective.
struct ParticipantOptions {
  Settings settings;
  NodeId self = 0;
  std::shared_ptr<const Schedule> schedule;  // of a graph that changes; null: static
  std::uint64_t samples = 1;                 // of this node
  double start_limit_s = 60, grace_s = 1;
  std::string switch_file;  // switching.h; empty: none
  std::function<void(const std::string&)> say = [](const std::string&) {};  // for the log
  std::optional<std::uint64_t> kill_at;                // SIGKILL itself at the start of this step
  const volatile std::sig_atomic_t* signal = nullptr;  // the last signal caught, 0: none
};

// What happens, told while it happens.
struct ParticipantReport {
  Progress progress;
  double elapsed_s = 0;
  std::uint64_t bytes_sent = 0, control_bytes_sent = 0, gossip_steps = 0;
  std::optional<NodeId> waiting_for;
  double waiting_s = 0;
  std::span<const Mismatch> mismatches = {};
  const SpectrumEstimate* estimate = nullptr;  // by gossip, once it stands
};

// How it ended.
struct ParticipantResult {
  RunStatus status = RunStatus::failed;
  std::uint64_t steps = 0, gossip_steps = 0, bytes_sent = 0, control_bytes_sent = 0;
  double wall_seconds = 0;
  std::vector<double> step_seconds;  // from step to step
  struct Switched {
    std::uint64_t step = 0;
    std::string what;
    double contraction = 0;  // predicted from there on
  };
  std::vector<Switched> switches;
  Progress progress;
  MixingReport mixing;
  std::string reason;  // where all agreed to fail
};

// One live participant in the synchronous mode: joins, agrees on the start, runs its program, says
// DONE, leaves.
//
//   JOINING    until every configured edge is up and all samples are known; then PREPARED
//   PREPARING  until the records of all nodes for this view are here; then RUNNING
//   RUNNING    until all agree to stop, then DONE
//
// In this version a lost node ends the run on all others (LostError naming it). Going on in a new
// view belongs in run(), where the runner is made from an agreement and a model: a later version
// makes it again.
//
// Errors    ConfigError (configurations differ, an id started twice), LostError, what the objective
// throws.
class Participant {
 public:
  // pool outlives the transport: frames on their way refer to its buffers.
  Participant(ParticipantOptions options, Facts& facts, Network& network, Pump& pump,
              Transport& transport, Pool& pool);

  // Returns what all nodes agreed on; `own` are the constants of this node's objective.
  Agreement join(const Constants& own);

  // Runs the program to its end and says DONE. `step` is called at each step's start, `report` now
  // and then.
  template <class Real>
  ParticipantResult run(const Agreement& agreement, Objective& objective,
                        const std::function<void(const ParticipantReport&)>& report,
                        const std::function<void(Peer<Real>&)>& deliver);

  // Tells the neighbors that this node ends with this exit code and why; waits a moment for them to
  // hear it.
  void leave_failed(int code, const std::string& reason);

 private:
  void hear(bool running);
  void check_lost();
  std::string describe_lost(const std::vector<bool>& component) const;
  bool in_sessions() const;
  std::string describe_missing() const;
  std::string describe_undecided() const;
  double elapsed() const;

  ParticipantOptions options_;
  Facts& facts_;
  Network& network_;
  Pump& pump_;
  Transport& transport_;
  Pool& pool_;
  Constants own_;  // of this node's objective
  std::uint64_t step_ = 0;
  Instant began_{0};
  std::optional<Instant> lost_since_;
  std::optional<DoneBody>
      adopted_;  // a neighbor's DONE, to stop by if the round cannot be finished
};

}  // namespace starling
