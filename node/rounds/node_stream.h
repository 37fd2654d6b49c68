#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "consensus/chunks.h"
#include "consensus/gossip.h"
#include "consensus/operation.h"
#include "node/links/link.h"

namespace starling {

template <class Real>
class Peer;

// What the mixes of one node share: W's rows, the mixer's plan, the links and how vectors are cut.
template <class Real>
struct MixSetup {
  NodeId self = 0;  // by rank in the view, as all nodes of the mathematics
  Gossip& gossip;
  std::vector<NodeId> ranks;  // ascending: all neighbors it has, in whatever round
  std::vector<Link*> links;   // to them
  Pool& pool;                 // of the fresh buffers streams may need
  std::uint64_t chunk_bytes = 0;
  bool hash_payload = true;
};

// One mix on this node, whatever it makes of what the neighbors send.
template <class Real>
class NodeStream : public StreamSource {
 public:
  explicit NodeStream(std::shared_ptr<const MixSetup<Real>> setup)
      : shared_(std::move(setup)), setup_(*shared_) {}

  bool made_for(const MixSetup<Real>& setup) const { return &setup == &setup_; }
  virtual void begin(MixOperation<Real>& operation) = 0;  // a recycled stream begins again
  void filled(std::size_t count) { filled_ = count; }
  // Takes what has arrived; false if it waits. Throws ProtocolError (in the link's name) on a frame
  // of wrong shape.
  virtual bool advance() = 0;
  virtual bool finished() const = 0;
  // All neighbors have taken everything and the transport holds none of its frames.
  virtual bool released() const = 0;
  void forget() {  // after release: the links drop it
    for (Link* link : setup_.links) link->forget_source(number());
  }
  MixOperation<Real>& operation() { return *operation_; }
  std::uint32_t number() const { return operation_->stream; }
  // The first neighbor whose next frame is missing, or null.
  virtual const Link* waiting_for() const = 0;

  // Where the mixing is long and wants all that arrives first: once it is ripe, compute() on any
  // thread, one at a time, and then computed() on the node's.
  virtual bool ripe() const { return false; }
  virtual void compute() {}
  virtual void computed(Peer<Real>&) {}

 protected:
  // Announces the stream to all links: slot j is the j-th of them.
  void open() {
    for (std::size_t slot = 0; slot < setup_.links.size(); ++slot)
      setup_.links[slot]->open(operation_->stream, *this, slot);
  }

  const std::shared_ptr<const MixSetup<Real>> shared_;  // a switch makes another
  const MixSetup<Real>& setup_;
  MixOperation<Real>* operation_ = nullptr;
  std::size_t filled_ = 0;  // values of y_0 that stand
};

// A neighbor sent what cannot be meant: its session ends, the node goes on.
class ProtocolError : public std::runtime_error {
 public:
  ProtocolError(NodeId from, const std::string& what) : std::runtime_error(what), peer(from) {}
  NodeId peer;
};

// The ride block of a frame. Errors    ProtocolError in the neighbor's name.
inline void decode_ride(const Incoming& frame, NodeId from, std::size_t table_size, Ride& ride) {
  if (!decode(frame.ride, table_size, ride))
    throw ProtocolError(from, "a ride block of another shape than this run has");
}

}  // namespace starling
