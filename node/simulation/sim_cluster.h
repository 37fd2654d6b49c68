#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/simulation/fault_plan.h"
#include "node/simulation/sim_disk.h"
#include "node/simulation/sim_node.h"

namespace starling {

// How a simulated run ended.
struct SimOutcome {
  std::vector<SimEnding> nodes;    // of each node's last start
  std::vector<SimEnding> earlier;  // of those before it
  double virtual_s = 0;            // until the last of them ended
  std::uint64_t trace_hash = 0, events = 0;
  SimNetwork::Counts network;
  FrameWatch::Counts wire;
  // Not empty: somebody never ended, and what each of them was doing.
  std::string stuck;
  // What the disks held when the last node was started after an outage.
  struct Disks {
    bool uncommon = false;  // each holds some, of the same past, and none is common
    bool strayed = false;   // once they held some and none in common: unlike a run never stopped
    std::optional<HeldSnapshot> common;  // the newest that all hold
  };
  std::optional<Disks> after_outage;
};

// The production code of a whole cluster, in one thread and in virtual time: everything follows
// from the configuration, the plan and the seed.
//
// Requires  objectives[i] is node i's.
// Errors    what make_experiment would say belongs to the caller; a node's own errors are its
// ending.
class SimCluster {
 public:
  struct Options {
    std::uint64_t seed = 1;
    double limit_s = 600;  // of virtual time: whoever runs on then is stuck
    bool keep_trace = false;
    std::vector<double> rounding;  // of each node (ParticipantOptions); empty: none
    const volatile std::sig_atomic_t* signal = nullptr;  // set: run() ends with an empty outcome
  };
  SimCluster(const Config& config, const Experiment& experiment, std::vector<Objective*> objectives,
             FaultPlan plan, Options options);
  ~SimCluster();

  SimOutcome run();
  const Trace& trace() const { return trace_; }

 private:
  void start(NodeId node);
  void befall(const Fault& fault);
  void start_after(double seconds, NodeId node, bool outage = false);
  void kill(NodeId node, bool silent, std::optional<double> restart_after_s, bool outage = false);
  void outage(const Fault& fault);
  void full_disk(const Fault& fault);
  void regraph(NodeId node);
  SimOutcome::Disks disks_now() const;
  bool ended() const;
  std::string describe_stuck() const;

  Config config_;
  const Experiment& experiment_;
  const std::vector<Objective*> objectives_;
  const FaultPlan plan_;
  const Options options_;
  Trace trace_;
  // Nodes outlive the network: frames on their way refer to their buffers.
  std::vector<std::unique_ptr<SimNode>> buried_, nodes_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::shared_ptr<SimDisk>> disks_;
  std::vector<std::string> requests_;  // by node: what its switch file says
  std::size_t asked_ = 0;
  std::optional<SimOutcome::Disks> after_outage_;
  EventQueue events_;
  FrameWatch watch_;
  SimNetwork network_;
  const Instant began_;
  int to_come_ = 0;  // starts that still wait
};

}  // namespace starling
