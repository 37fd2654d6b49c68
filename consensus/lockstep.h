#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "consensus/gossip.h"
#include "consensus/objectives/objective.h"
#include "consensus/runner.h"
#include "consensus/whole_lockstep.h"

namespace starling {

// Lockstep cannot go on: names who waits for what.
class StalledError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Real>
class LockstepHost;

// The executor in which all nodes live in one thread and every mix is made for all of them at once:
// exact, the measure of the other executors, and the one for research. After the first steps it
// allocates nothing.
//
// Requires  objectives[i] is node i's, all of one dimension; they, the settings and an algorithm of
// one's own (null: the
//           registry's) outlive the executor.
template <class Real>
class Lockstep {
 public:
  Lockstep(const Settings& settings, Agreement agreement, std::span<Objective* const> objectives,
           const AlgorithmEntry* algorithm = nullptr, std::uint64_t first_step = 0);
  ~Lockstep();

  // Runs until all programs have ended. Throws StalledError, and what a program throws.
  RunStatus run();
  // Calls watch(step, executor) at the start of each step of node 0.
  void on_step(std::function<void(std::uint64_t)> watch) { watch_ = std::move(watch); }

  // A defect for tests: node i weighs its neighbor j by `factor` times the agreed weight.
  void misweigh(NodeId i, NodeId j, double factor) { gossip_.misweigh(i, j, factor); }

  // Switches graph or weights at laps' ends, in this order.
  void plan_switches(const std::vector<std::shared_ptr<const PlannedSwitch>>& switches);

  const Agreement& agreement() const { return agreement_; }  // of the start
  Runner<Real>& runner(NodeId i);
  Peer<Real>& peer(NodeId i);
  const Vector<Real>& model(NodeId i) { return peer(i).state("x"); }

 private:
  struct Node;
  void mix(std::uint32_t stream);
  void gossip_step(std::uint32_t k);
  void merge_rides(std::uint32_t k);
  [[noreturn]] void stalled() const;

  const Settings& settings_;
  const Agreement agreement_;
  Gossip gossip_;
  Pool pool_;
  std::function<void(std::uint64_t)> watch_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::uint32_t next_stream_ = 0;
  std::unique_ptr<WholeLockstep<Real>> whole_;  // null: plain gossip
  std::vector<MixOperation<Real>*> mixes_;
  std::vector<const Real*> values_;  // of the sources of one node, with their weights
  std::vector<Real> weights_;
  std::vector<const Ride*> rides_;
  std::vector<Ride> rides_before_;
};

}  // namespace starling
