#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "consensus/agreement.h"
#include "node/data/adoption.h"
#include "node/files/checkpoints.h"
#include "node/views/view.h"
#include "topology/schedule.h"

namespace starling {

// A view that begins on this node: with whom, on what, at which step, and the x it brings.
struct BegunView {
  const View& view;
  const Agreement& agreement;
  std::uint64_t step = 0;
  std::span<const std::byte> model;
  const Settings& settings;           // after the switches made
  const Snapshot* resumed = nullptr;  // what it goes on from, exactly; null: it begins anew with x
};

// What a participant is told besides its objective.
struct ParticipantOptions {
  Settings settings;
  NodeId self = 0;
  std::shared_ptr<const Schedule> schedule;  // of a graph that changes; null: static
  std::uint64_t samples = 1;                 // of this node
  double start_limit_s = 60, hold_limit_s = 60, grace_s = 1;
  // A request for another graph or other weights (switching.h), looked at a few times a second;
  // empty: none. Throws RunError or ConfigError where it cannot be read.
  std::function<std::string()> switch_request;
  std::function<void(const std::string&)> say = [](const std::string&) {};  // for the log
  std::function<void(const BegunView&)> begun = [](const BegunView&) {};
  double rounding = 0;  // of a simulated node: what its machine makes of figures (rounded())
  std::optional<std::uint64_t> kill_at;  // SIGKILL itself at the start of this step
  // Nodes that will be started again: from its step on a view waits for each, no longer than
  // start_limit.
  struct Await {
    NodeId node = 0;
    std::uint64_t step = 0;
  };
  std::vector<Await> awaited;
  // No connection to these nodes while it stands at one of the steps `begin` .. `end` - 1.
  struct Apart {
    std::set<NodeId> nodes;
    std::uint64_t begin = 0, end = 0;
    bool at(std::uint64_t step) const { return begin <= step && step < end; }
  };
  Apart apart;
  std::shared_ptr<Adoption> adoption;        // null: the data of absent nodes is out of the run
  std::shared_ptr<Checkpoints> checkpoints;  // null: none are written or gone on from
  // The last one caught, 0: none. On SIGTERM this node leaves and the others go on; on any other
  // all stop.
  const volatile std::sig_atomic_t* signal = nullptr;
};

}  // namespace starling
