#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "consensus/chunks.h"
#include "consensus/gossip.h"
#include "consensus/operation.h"
#include "node/link.h"

namespace starling {

// What the mixes of one node share: W's rows, the mixer's plan, the links and how vectors are cut.
template <class Real>
struct MixSetup {
  NodeId self = 0;  // by rank in the view, as all nodes of the mathematics
  Gossip& gossip;
  std::vector<NodeId> ranks;  // ascending: all neighbors it has, in whatever round
  std::vector<Link*> links;   // to them
  Pool& pool;                // of the fresh buffers streams may need
  std::uint64_t chunk_bytes = 0;
  bool hash_payload = true;
};

// One mix on this node: takes position after position in ascending order, each as soon as its own
// values and all sources' are there, by one fused pass; so gossip steps pipeline over chunks and
// every executor gives equal bits.
//
//   position p = k C + c:  chunk c of y_{k+1} from chunk c of y_k, own and the sources'
//
// On a static graph y_{k+1}(c) is written over y_{k-1}(c): a neighbor's y_k(c) in hand shows it has
// mixed ours; and when libzmq still holds a frame of it, the vector moves to a fresh buffer first.
template <class Real>
class MixStream final : public StreamSource {
 public:
  explicit MixStream(std::shared_ptr<const MixSetup<Real>> setup)
      : shared_(std::move(setup)),
        setup_(*shared_),
        rides_(setup_.links.size()),
        carried_(setup_.links.size()) {}

  bool made_for(const MixSetup<Real>& setup) const { return &setup == &setup_; }
  void begin(MixOperation<Real>& operation);  // a recycled stream begins again
  void filled(std::size_t count) { filled_ = count; }
  // Mixes what can be mixed; false if it waits. Throws ProtocolError (in the link's name) on a
  // frame of wrong shape.
  bool advance();
  bool finished() const { return next_ == positions_; }
  // All neighbors have taken everything and the transport holds none of its frames.
  bool released() const;
  void forget();  // after release: the links drop it
  MixOperation<Real>& operation() { return *operation_; }
  std::uint32_t number() const { return operation_->stream; }
  // The first neighbor whose next frame is missing, or null.
  const Link* waiting_for() const;

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
  // Counts the frames of one chunk that the transport still holds; given back on its thread.
  using InFlight = std::shared_ptr<std::vector<std::atomic<int>>>;
  // One buffer of the operation, and what was made of it for the wire.
  struct Buffered {
    std::vector<std::byte> ride;  // of the gossip step it holds
    InFlight in_flight;           // one count per chunk
    std::vector<std::uint64_t> hashes;
    std::vector<std::uint32_t> hashed;  // the gossip step each hash is of
  };

  void read_steps();
  const Step& step(std::uint32_t k) const { return steps_[k % steps_.size()]; }
  Buffered& buffered(std::uint32_t k) { return buffered_[k % buffered_.size()]; }
  std::uint32_t standing() const;  // positions below which y stands
  std::uint32_t carries(std::size_t slot) const;
  void mix_ride(const Step& step, std::uint32_t k);
  void make_writable(std::uint32_t k, std::uint32_t chunk);

  const std::shared_ptr<const MixSetup<Real>> shared_;  // a switch makes another
  const MixSetup<Real>& setup_;
  MixOperation<Real>* operation_ = nullptr;
  Chunks chunks_;
  std::uint32_t chunk_count_ = 1, positions_ = 0, next_ = 0;
  std::size_t filled_ = 0;
  bool changes_ = false;     // whether the graph did when this mix began
  std::vector<Step> steps_;  // one for all on a static graph, else one per gossip step
  std::vector<Buffered> buffered_;
  std::vector<const Real*> values_;
  std::vector<const Incoming*> arrived_;
  std::vector<Ride> rides_;
  std::vector<const Ride*> ride_pointers_;
  // Where the graph changes: the gossip steps in which each link carries something.
  std::vector<std::vector<std::uint32_t>> carried_;
};

// A neighbor sent what cannot be meant: its session ends, the node goes on.
class ProtocolError : public std::runtime_error {
 public:
  ProtocolError(NodeId from, const std::string& what) : std::runtime_error(what), peer(from) {}
  NodeId peer;
};

}  // namespace starling
