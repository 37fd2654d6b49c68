#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/participant.h"
#include "node/setup/experiment.h"
#include "node/simulation/event_queue.h"
#include "node/simulation/fiber.h"
#include "node/simulation/sim_network.h"

namespace starling {

// A view as a node began it.
struct SimView {
  std::uint64_t id = 0;
  std::vector<NodeId> members;
  std::uint64_t step = 0;
  std::shared_ptr<const Agreement> agreement;
  std::shared_ptr<const Settings> settings;
  std::vector<std::byte> model;     // x, where this node stood
  std::optional<Snapshot> resumed;  // what it went on from
  double at_s = 0;
};

// How one node's life ended.
struct SimEnding {
  NodeId node = 0;
  std::uint32_t start = 0;  // the how-manieth of this node
  int code = -1;            // its exit code; -1: killed
  std::string reason;       // what it said
  ParticipantResult result;
  std::vector<std::byte> model;
  DropCounts drops;
  std::vector<SimView> views;  // that it began
  double at_s = 0;
};

// One start of a node in a simulation: the parts a process would have, on a fiber and a simulated
// transport.
class SimNode {
 public:
  struct Options {
    NodeId self = 0;
    std::string instance;
    SimTransport::Options transport;
    double gradient_s = 0;  // mean of what a gradient takes; exponential
    std::uint64_t seed = 1;
    std::uint32_t start = 0;  // the how-manieth of this node
    // Changes what the configuration says: a liar, for one.
    std::function<void(NetworkOptions&, ParticipantOptions&)> customize = [](auto&, auto&) {};
  };
  SimNode(Options options, const Config& config, const Experiment& experiment, Objective& objective,
          EventQueue& events, SimNetwork& network, FrameWatch& watch);

  void start() { fiber_.resume(); }
  // As kill -9 does; silent: as a power failure.
  void kill(bool silent);
  // As SIGTERM does: it is to leave.
  void terminate();
  bool ended() const { return fiber_.done(); }
  SimTransport& transport() { return transport_; }
  const SimEnding& ending() const { return ending_; }
  NodeId id() const { return options_.self; }

  // What it last told, in words: "step 12, waiting for node 3".
  std::uint64_t step() const { return step_; }
  const std::optional<NodeId>& waiting_for() const { return waiting_for_; }
  Instant moved_at() const { return moved_at_; }  // when its step last changed

 private:
  void live();
  void begins(const BegunView& view);
  double seconds_since_start() const;
  template <class Real>
  void take_part(Participant& participant);

  const Options options_;
  const Config& config_;
  const Experiment& experiment_;
  Objective& objective_;
  EventQueue& events_;
  SimNetwork& network_;
  FrameWatch& watch_;
  Pool pool_;
  Fiber fiber_;
  SimTransport transport_;
  SimEnding ending_;
  bool silent_ = false;
  volatile std::sig_atomic_t signal_ = 0;
  std::uint64_t step_ = 0;
  std::optional<NodeId> waiting_for_;
  Instant moved_at_{0};
};

}  // namespace starling
