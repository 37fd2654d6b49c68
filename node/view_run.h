#pragma once

#include "node/participant.h"
#include "node/rounds/rounds.h"
#include "node/views/switching.h"

namespace starling {

// One view on this node: the program with all it stands on, from the view's begin until the view
// changes or all agree to stop.
template <class Real>
class Participant::ViewRun {
 public:
  // x: where this node stands, as bytes; empty: at zero.
  ViewRun(Participant& node, Agreement agreed, std::uint64_t first_step,
          std::span<const std::byte> x, Course& course);
  // The stand-in sends nothing of ours any more once peer and rounds go.
  ~ViewRun() { rounds_.detach(); }

  // Until the run has ended (true) or the view is another one (false).
  bool advance(const std::function<void(const ParticipantReport&)>& report);

  Agreement& agreement() { return agreement_; }
  Rounds<Real>& rounds() { return rounds_; }
  Peer<Real>& peer() { return peer_; }
  Runner<Real>& runner() { return runner_; }
  Standing standing();

 private:
  struct Leave {};  // thrown at a step's start to leave the view
  void keep_checkpoints();
  void take_switch();
  void before_step(std::uint64_t step);
  void tell(const std::function<void(const ParticipantReport&)>& report);
  bool over();
  bool leaves() const;  // this very node
  BeatBody beat();

  Participant& node_;
  Course& course_;
  Objective& objective_;
  const Settings settings_;  // of the view's start: what the lockstep of it would run with
  Agreement agreement_;
  Rounds<Real> rounds_;
  Peer<Real> peer_;
  std::optional<Switching> switching_;  // only while all nodes are members
  Runner<Real> runner_;
  std::optional<NodeId> waiting_for_;
  Instant waiting_since_{0}, reported_at_{0};
  std::uint64_t reported_step_ = UINT64_MAX, data_bytes_ = 0, control_bytes_ = 0;
};

}  // namespace starling
