#pragma once

#include "consensus/objectives/objective.h"
#include "consensus/runner.h"
#include "node/views/membership.h"

namespace starling {

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
    std::shared_ptr<const PlannedSwitch> made;
  };
  std::vector<Switched> switches;
  struct Began {
    std::vector<NodeId> members;
    std::uint64_t step = 0;
  };
  std::vector<Began> views;
  Progress progress;
  MixingReport mixing;
  std::string reason;       // where all agreed to fail
  bool by_hearsay = false;  // it stopped amid a round, for a neighbor was done
};

// One live participant in the synchronous mode: joins, runs its program in view after view, says
// DONE, leaves.
//
// A change of members restarts the algorithm from where everyone stands: in each view the program
// begins anew with fresh() and this node's x, on the graph, weights, spectrum and step size of the
// view.
//
// Errors    ConfigError (configurations differ, an id started twice), LostError, what the objective
// throws.
class Participant {
 public:
  // pool outlives the transport: frames on their way refer to its buffers.
  Participant(ParticipantOptions options, Facts& facts, Network& network, Pump& pump,
              Transport& transport, Pool& pool);

  // Returns what the nodes of the first view agreed on. own: of this node's own rows; outlives the
  // run.
  Agreement join(Objective& own);

  // Runs the program to its end and says DONE. agreement: join()'s. `report` is called now and
  // then, `deliver` once, with the model.
  template <class Real>
  ParticipantResult run(const Agreement& agreement,
                        const std::function<void(const ParticipantReport&)>& report,
                        const std::function<void(Peer<Real>&)>& deliver);

  // Tells the neighbors that this node ends with this exit code and why; waits a moment for them to
  // hear it.
  void leave_failed(int code, const std::string& reason);

 private:
  template <class Real>
  class ViewRun;
  // In run(): what spans views.
  struct Course {
    ParticipantResult result;
    std::uint64_t gossip_steps = 0;  // of the views before this one
    Instant last_step{0};
  };
  template <class Real>
  std::unique_ptr<ViewRun<Real>> next_view(ViewRun<Real>& last, Course& course);
  template <class Real>
  void say_done(ViewRun<Real>& view, ParticipantResult& result, bool abandon);
  void take(const Membership::Begun& begun);
  Membership::Begun agree();
  Objective& objective_in(const View& view);
  double elapsed() const;

  ParticipantOptions options_;
  Settings settings_;  // after the switches made
  Facts& facts_;
  Network& network_;
  Pump& pump_;
  Transport& transport_;
  Pool& pool_;
  Membership membership_;
  Objective* own_ = nullptr;  // of this node's own rows
  Standing standing_;
  std::optional<Snapshot> resumed_;  // what the first view goes on from
  std::uint64_t step_ = 0;
  bool apart_ = false;  // from some nodes, as asked
  Instant began_{0};
};

}  // namespace starling
