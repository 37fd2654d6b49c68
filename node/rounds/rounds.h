#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "consensus/objectives/objective.h"
#include "consensus/peer.h"
#include "node/links/pump.h"
#include "node/rounds/mix_stream.h"
#include "node/rounds/whole_stream.h"

namespace starling {

// What one live node gives its peer: mixes over its links, and gradients where its pump has them
// computed.
//
// Threads   the node's; the network is used under the pump's lock. advance() is called with the
// lock held.
template <class Real>
class Rounds final : public Host<Real> {
 public:
  Rounds(const Settings& settings, const Agreement& agreement, const View& view, NodeId self,
         Objective& objective, Network& network, Pump& pump, Pool& pool);
  // Nothing of its operations is read or written any more: before the peer that owns them goes.
  void detach();
  void bind(Peer<Real>& peer) { peer_ = &peer; }

  void start_mix(MixOperation<Real>& operation) override;
  void filled(MixOperation<Real>& operation, std::size_t count) override;
  void start_gradient(GradientOperation<Real>& operation) override;
  bool objective_takes_steps() const override { return objective_.has_local_steps(); }

  // Mixes what has arrived, gives back what is released, takes in finished gradients. Whether
  // anything finished.
  bool advance();
  // What the node waits for: a neighbor whose chunk is missing, or its own gradient.
  const Link* waiting_for() const;
  bool computing() const { return working(); }

 private:
  using Streams = std::vector<std::unique_ptr<NodeStream<Real>>>;
  void adopt(const Agreement& agreement);
  Streams& spare(const MixOperation<Real>& operation);
  bool working() const { return gradient_ || computed_; }
  bool compute(GradientOperation<Real>& operation);
  void compute(NodeStream<Real>& stream);
  bool finish_job();
  void recycle();

  Objective& objective_;
  Network& network_;
  Pump& pump_;
  Peer<Real>* peer_ = nullptr;
  const View view_;
  const NodeId rank_;
  Pool& pool_;
  const std::uint64_t chunk_bytes_;
  const bool hash_payload_;
  Gossip gossip_;
  const Agreement* adopted_ = nullptr;
  std::shared_ptr<const MixSetup<Real>> setup_;
  const double objective_scale_;
  std::deque<std::unique_ptr<NodeStream<Real>>>
      active_;             // by stream number: under way, or not yet released
  Streams spare_;          // for another mix: plain ones,
  Streams spare_whole_;    // and those of whole vectors
  std::deque<bool> told_;  // of active_: the peer knows it is finished
  bool detached_ = false;
  const bool whole_;  // vectors are mixed whole: by a robust rule, or with liars
  Liar<Real> liar_;
  RobustMix<Real> robust_;
  // What is computed beside the node's thread: one of them, or none.
  GradientOperation<Real>* gradient_ = nullptr;
  NodeStream<Real>* computed_ = nullptr;
  std::deque<GradientOperation<Real>*> waiting_gradients_;
  // What the last one took.
  GradientExecutor::Duration gradient_took_{0}, rule_took_{0};
};

}  // namespace starling
