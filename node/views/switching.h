#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "consensus/switch.h"
#include "node/links/pump.h"

namespace starling {

// How a running cluster changes its graph or its weights: any one node reads a request, all prepare
// for it, and the runner makes it at a lap's end on all nodes at once.
//
//   proposed   the text is flooded; the later of two stays
//   prepared   each node has made the new graph and weights, connects to its new neighbors, and
//              floods its record of what it found, as before a start
//   ready      all n records are here and all new neighbors are in session: what is agreed from
//              equal records is equal, and so is its digest
//
// A text that cannot be run is refused by the node that reads it; one that another node cannot
// prepare for never gets ready, and the run goes on as it is.
// Threads   one; look() under the pump's lock.
class Switching {
 public:
  struct Options {
    Settings settings;
    NodeId self = 0;
    Constants constants;                   // of this node's objective
    std::function<std::string()> request;  // ParticipantOptions::switch_request
    double rounding = 0;                   // of a simulated node
    std::function<void(const std::string&)> say = [](const std::string&) {};
  };
  // agreement: of the start.
  Switching(Options options, const Agreement& agreement, Facts& facts, Network& network,
            Pump& pump);

  // Lets go of the lock while it computes.
  void look(std::unique_lock<std::mutex>& lock, Instant now);
  // For the runner (runner.h).
  std::shared_ptr<const PlannedSwitch> next(bool taken);
  // After the switches made, and the request of the last one.
  const Settings& settings() const { return options_.settings; }
  const Proposal& made() const { return made_; }

 private:
  struct Preparation {
    Settings settings;
    Mixing mixing;
    std::uint64_t key = 0;  // of the proposal
  };
  void read_request();
  void prepare(std::unique_lock<std::mutex>& lock);
  void make_ready();
  void require_same_mean(const Mixing& mixing) const;

  Options options_;
  std::vector<double> stationary_, objective_scale_;  // of the start: they stay
  Facts& facts_;
  Network& network_;
  Pump& pump_;
  Instant looked_at_{0};
  std::string read_;  // the request as it was last read
  Proposal seen_, made_;
  std::optional<Preparation> prepared_;
  std::shared_ptr<const PlannedSwitch> ready_;
  std::shared_ptr<const PlannedSwitch> entered_;  // with the runner for this lap: kept till its end
  bool newer_ = false;                            // a later request waits for that
  Graph in_use_;
};

// The text of local.switch_file; empty where there is none yet. Errors  ConfigError, RunError.
std::string request_in(const std::string& file);

}  // namespace starling
