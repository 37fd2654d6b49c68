#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "consensus/chunks.h"
#include "consensus/operation.h"
#include "node/link.h"

namespace starling {

// One mix on this node: takes position after position in ascending order, each as soon as its own
// values and all neighbors' are there, by one fused pass; so gossip steps pipeline over chunks and
// every executor gives equal bits.
//
//   position p = k C + c:  chunk c of y_{k+1} from chunk c of y_k, own and neighbors', written over
//   y_{k-1}
//
// y_{k-1}(c) may be overwritten: a neighbor's y_k(c) in hand shows it has mixed ours; and when
// libzmq still holds a frame of it, the vector moves to a fresh buffer first.
template <class Real>
class MixStream final : public StreamSource {
 public:
  // weights: w_ij times the scale of the plan in use, rounded once; aligned with links, both in
  // ascending NodeId.
  MixStream(std::span<const Real> weights, std::span<const double> ride_weights, std::span<Link* const> links, Pool& pool,
            std::uint64_t chunk_bytes, bool hash_payload);

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
  std::uint32_t gossip_step() const { return next_ / chunk_count_; }

  std::uint32_t ready() const override;
  Outgoing outgoing(std::uint32_t position) override;

 private:
  // Counts the frames of one chunk that the transport still holds; given back on its thread.
  using InFlight = std::shared_ptr<std::vector<std::atomic<int>>>;
  void mix_ride(std::span<const Incoming* const> arrived, double omega);
  void make_writable(int which, std::uint32_t chunk);

  std::span<const Real> weights_;
  std::span<const double> ride_weights_;
  std::span<Link* const> links_;
  Pool& pool_;
  const std::uint64_t chunk_bytes_;
  const bool hash_;

  MixOperation<Real>* operation_ = nullptr;
  Chunks chunks_;
  std::uint32_t chunk_count_ = 1, positions_ = 0, next_ = 0;
  std::size_t filled_ = 0;
  std::array<std::vector<std::byte>, 2> ride_bytes_;  // of the two latest gossip steps
  std::array<InFlight, 2> in_flight_;                 // per buffer, one count per chunk
  std::array<std::vector<std::uint64_t>, 2>
      hashes_;  // of what stands in the chunk, with the position it is of
  std::array<std::vector<std::uint32_t>, 2> hashed_;
  std::vector<const Real*> neighbors_;
  std::vector<const Incoming*> arrived_;
  std::vector<Ride> rides_;
  std::vector<const Ride*> ride_pointers_;
};

// A neighbor sent what cannot be meant: its session ends, the node goes on.
class ProtocolError : public std::runtime_error {
 public:
  ProtocolError(NodeId from, const std::string& what) : std::runtime_error(what), peer(from) {}
  NodeId peer;
};

}  // namespace starling
