#pragma once

#include <cmath>
#include <functional>
#include <optional>

#include "consensus/algorithms/registry.h"
#include "consensus/estimate.h"
#include "consensus/monitor.h"
#include "consensus/switch.h"
#include "consensus/watch.h"

namespace starling {

// left: a member wished to leave, and all stand at the same step: it goes, the others go on without
// it.
enum class RunStatus { running, converged, stopped, budget, failed, left };
std::string_view to_string(RunStatus status);
RunStatus status_of(std::string_view word);  // failed for a word that is none

// What a node knows of the whole run from the values that ride along; the means are one lap old.
struct Progress {
  std::uint64_t step = 0;
  double objective = 0;  // tracks sum_i pi_i f_i(x_i)
  double consensus_error =
      0;  // tracks the root mean square of |x_i - mix(x)_i|, while a target is watched
  double gradient_bound =
      -1;  // certified bound on |grad f| at the mean, agreed one lap ago; -1: not watched
  double relative_error = -1;  // exact at each step, where stop.relative_error is set
  // Of one mix: measured over the last laps (watch.h; -1: not yet), and promised by the plan in
  // use.
  double contraction_measured = -1, contraction_promised = -1;
};

// A promise of contraction that did not hold, and what was done about it.
struct Mismatch {
  std::uint64_t step = 0;
  std::string what;
};

// What is known of the mixing when a run ends.
struct MixingReport {
  int steps = 0;                                                // K
  double step_size = 0;                                         // before any schedule
  double contraction_measured = -1, contraction_promised = -1;  // as in Progress
  Spectrum interval;                                            // that the plan rests on
  std::vector<Mismatch> mismatches;
  std::optional<SpectrumEstimate> estimate;  // by gossip, where asked for
  std::string aggregator = "none";
  std::uint32_t tolerated = 0;
  std::vector<NeighborTally> neighbors;  // under a robust rule: what it made of them
};

// Takes one node's program from step to step, alike under every executor: laps, the monitor, the
// agreed stop.
//
//   lap       the steps whose first mixes have together at least `diameter` gossip steps: what
//   enters the ride at the
//             lap's first step is known to all at its end, and all decide alike.
//   mismatch  at a lap's end all nodes find alike that a mix does not contract as promised. The
//   safe interval: plan and step size follow from it, and the algorithm begins again where its
//   nodes stand, as in a new view, for its sums may be spoilt. Where the mean is not kept, or by
//   shared.mixing.on_mismatch = "stop", the run fails with the sentence.
//   converged all nodes voted, at a lap's first step, that the bound holds; each then stands at the
//   x it voted on.
//
// Threads   one. advance() returns when the program waits for the host, or has ended.
template <class Real>
class Runner {
 public:
  // optimum: required for stop.relative_error. before_step(k) is called at the start of step k,
  // the first of which is first_step. algorithm: null for the registry's entry of that name; a test
  // or a researcher may bring one.
  Runner(const Settings& settings, const Agreement& agreement, NodeId self, Peer<Real>& peer,
         std::vector<double> optimum, std::function<void(std::uint64_t)> before_step = {},
         const AlgorithmEntry* algorithm = nullptr, std::uint64_t first_step = 0);

  // Asked at each lap's first step for the switch this node is ready for, or null; called with
  // `taken` when the last one it gave is made, on every node at this step.
  using NextSwitch = std::function<std::shared_ptr<const PlannedSwitch>(bool taken)>;
  void plan_switches(NextSwitch next) { next_switch_ = std::move(next); }
  // The switch in force, or null: the agreement of the start.
  const std::shared_ptr<const PlannedSwitch>& switched() const { return switched_; }

  // Gives keep a snapshot of this node at the first lap's start at or after each multiple of
  // `every` steps, on every node the same; none of a run that a switch or a mismatch has changed.
  void keep_snapshots(std::uint64_t every, std::function<void(const Snapshot&)> keep) {
    every_ = every;
    keep_ = std::move(keep);
  }
  // Before the first advance(): all nodes go on from their snapshots of one step, bit for bit as if
  // they had never stopped.
  void resume(Snapshot snapshot);

  void advance();
  // An OR over all nodes: heard by all at the end of the next lap (Ride::kWish...).
  void wish(std::uint32_t wishes) { wishes_ |= wishes; }

  RunStatus status() const { return status_; }
  bool ended() const { return status_ != RunStatus::running && program_.done(); }
  // The algorithm has returned although nobody told it to: its fault, and the others wait for ever.
  bool returned_early() const {
    return status_ == RunStatus::running && program_.handle() && program_.done();
  }
  const Progress& progress() const { return progress_; }
  const std::vector<Mismatch>& mismatches() const { return mismatches_; }
  // Whether the last of them ended the run.
  bool unmended() const { return unmended_; }
  // By gossip; null: not asked for, or not finished.
  const SpectrumEstimate* estimate() const { return estimate_ ? &*estimate_ : nullptr; }
  MixingReport mixing() const;
  const Ride& ride() const { return ride_; }

 private:
  struct Parked {  // until the program stands at its next_step() with all its mixes done
    Runner& runner;
    bool await_ready() const { return runner.peer_.parked(); }
    void await_suspend(std::coroutine_handle<> conductor) { runner.waiting_ = conductor; }
    void await_resume() {}
  };

  Program conduct();
  Task<bool> begin_mixing();
  Task<bool> meet_mismatch();
  void tune(const Spectrum& interval);
  int reach() const;
  void restore();
  void keep_snapshot();
  void carry(Carrier& carrier);
  bool relative() const { return settings_.stop.relative_error > 0; }
  void enter_lap();
  void switch_over();
  bool decide();
  void end(RunStatus status);
  double promised() const { return whole_ ? -1 : peer_.plan().contraction; }
  bool diverged() const;
  double distance() const;  // |x_i - x*|^2
  double relative_error();

  const Settings& settings_;
  const Agreement* agreement_;
  const NodeId self_;
  Peer<Real>& peer_;
  const std::vector<double> optimum_;
  const std::function<void(std::uint64_t)> before_step_;
  const AlgorithmEntry* algorithm_;
  int lap_steps_ = 1;
  Spectrum interval_;  // that the plan in use rests on
  std::optional<SpectrumEstimate> estimate_;
  Watch watch_;
  const bool whole_;    // mixes by a robust rule, or with liars: no contraction is promised
  const bool watches_;  // not then, and not where W keeps no plain mean (push-sum)
  std::uint32_t entered_streams_ = 0;
  std::vector<Mismatch> mismatches_;
  bool unmended_ = false;

  Ride ride_;
  MonitorReport report_;
  Progress progress_;
  RunStatus status_ = RunStatus::running;
  std::uint32_t wishes_ = 0;
  std::uint64_t first_step_;
  std::uint64_t step_, lap_end_;
  double entered_value_ = 0, entered_disagreement_ = 0;
  double start_distance_ = -1;  // sum over nodes of pi_i |x_i - x*|^2 at the start
  std::optional<Vector<Real>> voted_;
  NextSwitch next_switch_;
  std::shared_ptr<const PlannedSwitch> entered_switch_, switched_;
  std::function<void(const Snapshot&)> keep_;
  std::uint64_t every_ = 1, kept_;  // the step of the last snapshot
  std::optional<Snapshot> resumed_;
  Program program_, conductor_;
  std::coroutine_handle<> waiting_;
};

}  // namespace starling
