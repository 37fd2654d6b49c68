#pragma once

#include <memory>
#include <vector>

#include "node/rounds/node_stream.h"
#include "node/rounds/sent_vector.h"

namespace starling {

// One mix on this node: takes position after position in ascending order, each as soon as its own
// values and all sources' are there, by one fused pass; so gossip steps pipeline over chunks and
// every executor gives equal bits.
//
//   position p = k C + c:  chunk c of y_{k+1} from chunk c of y_k, own and the sources'
//
// On a static graph y_{k+1}(c) is written over y_{k-1}(c): a neighbor's y_k(c) in hand shows it has
// mixed ours; and when libzmq still holds a frame of it, the vector moves to a fresh buffer first.
template <class Real>
class MixStream final : public NodeStream<Real> {
 public:
  explicit MixStream(std::shared_ptr<const MixSetup<Real>> setup)
      : NodeStream<Real>(std::move(setup)),
        rides_(setup_.links.size()),
        carried_(setup_.links.size()) {}

  void begin(MixOperation<Real>& operation) override;
  bool advance() override;
  bool finished() const override { return next_ == positions_; }
  bool released() const override;
  const Link* waiting_for() const override;

  std::uint32_t ready(std::size_t slot) const override;
  Outgoing outgoing(std::size_t slot, std::uint32_t position) override;

 private:
  // One gossip step of this node: the slots of the links it reads, with their weights.
  struct Step {
    std::vector<std::size_t> sources;
    std::vector<Real> weights;         // w_ij times the plan's scale, rounded once
    std::vector<double> ride_weights;  // w_ij
    double excess = 0;
  };
  using NodeStream<Real>::setup_;
  using NodeStream<Real>::operation_;
  using NodeStream<Real>::filled_;
  using NodeStream<Real>::number;

  void read_steps();
  const Step& step(std::uint32_t k) const { return steps_[k % steps_.size()]; }
  SentVector& sent(std::uint32_t k) { return sent_[k % sent_.size()]; }
  std::uint32_t standing() const;  // positions below which y stands
  std::uint32_t carries(std::size_t slot) const;
  void mix_ride(const Step& step, std::uint32_t k);
  void make_writable(std::uint32_t k, std::uint32_t chunk);

  Chunks chunks_;
  std::uint32_t chunk_count_ = 1, positions_ = 0, next_ = 0;
  bool changes_ = false;          // whether the graph did when this mix began
  std::vector<Step> steps_;       // one for all on a static graph, else one per gossip step
  std::vector<SentVector> sent_;  // of y_k, as they stand in the operation
  std::vector<const Real*> values_;
  std::vector<const Incoming*> arrived_;
  std::vector<Ride> rides_;
  std::vector<const Ride*> ride_pointers_;
  // Where the graph changes: the gossip steps in which each link carries something.
  std::vector<std::vector<std::uint32_t>> carried_;
};

}  // namespace starling
