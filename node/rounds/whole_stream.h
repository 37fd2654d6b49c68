#pragma once

#include <memory>
#include <vector>

#include "consensus/aggregators/robust_mix.h"
#include "consensus/attacks/liar.h"
#include "node/rounds/node_stream.h"
#include "node/rounds/sent_vector.h"

namespace starling {

// One mix on this node by a rule that needs its neighbors' vectors whole, and where this node lies,
// which it does once it has heard all honest neighbors: one gossip step on a static graph.
//
// Every chunk is copied as it comes, and is then taken: credit goes on while others are awaited.
// Once all are there the mix is ripe, and compute() makes y_1 of them in one go.
//
// Keeps     one vector of d per neighbor; where this node lies another one.
// Threads   compute() on any thread; meanwhile the others only read what it reads.
template <class Real>
class WholeStream final : public NodeStream<Real> {
 public:
  // liar and robust: this node's, the same for all its streams.
  WholeStream(std::shared_ptr<const MixSetup<Real>> setup, Liar<Real>& liar,
              RobustMix<Real>& robust);

  void begin(MixOperation<Real>& operation) override;
  bool advance() override;
  bool finished() const override { return finished_; }
  bool released() const override;
  const Link* waiting_for() const override;
  bool ripe() const override;
  void compute() override;
  void computed(Peer<Real>& peer) override;

  std::uint32_t ready(std::size_t slot) const override;
  Outgoing outgoing(std::size_t slot, std::uint32_t position) override;

 private:
  using NodeStream<Real>::setup_;
  using NodeStream<Real>::operation_;
  using NodeStream<Real>::filled_;
  using NodeStream<Real>::number;

  struct Neighbor {
    Vector<Real> heard, lie;  // from it; to it, where this node lies
    SentVector sent_lie;
    Ride ride;
    std::uint32_t chunks = 0;  // that have come
  };
  bool own_stands() const { return filled_ >= chunks_.dimension; }
  bool lies_to(std::size_t slot) const { return liar_.lies_to(setup_.ranks[slot]); }
  bool take_chunk(std::size_t slot);
  void lie();

  Liar<Real>& liar_;
  RobustMix<Real>& robust_;
  GossipRow row_;
  Chunks chunks_;
  std::vector<Neighbor> neighbors_;  // by slot
  SentVector sent_;                  // of y_0, to those it tells the truth
  bool lied_ = false, computing_ = false, finished_ = false;
  std::vector<const Real*> heard_;
  std::vector<Real*> lies_;
  std::vector<const Ride*> rides_;
};

}  // namespace starling
