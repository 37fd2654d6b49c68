#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "consensus/chunks.h"
#include "consensus/vector.h"
#include "node/links/link.h"

namespace starling {

// What was made of one vector for the wire: its frames' hashes, and which of its chunks the
// transport still holds.
//
// Threads   the node's; the transport gives frames back on its own.
class SentVector {
 public:
  // The vector of a mix that begins.
  void begin(const Chunks& chunks);
  // Chunk c of gossip step k: a view of y, kept alive by the frame where it is sent without
  // copying.
  template <class Real>
  Outgoing frame(const Vector<Real>& y, std::uint32_t k, std::uint32_t chunk, bool hash);
  bool in_flight(std::uint32_t chunk) const {
    return (*counts_)[chunk].load(std::memory_order_acquire) != 0;
  }
  bool in_flight() const;
  // The vector has another buffer now: the old one's frames are no more of its concern.
  void forget();

  std::vector<std::byte> ride;  // of the gossip step it holds

 private:
  // Counts the frames of one chunk that the transport still holds; given back on its thread.
  using Counts = std::shared_ptr<std::vector<std::atomic<int>>>;
  Chunks chunks_;
  Counts counts_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> hashed_;  // the gossip step each hash is of
};

}  // namespace starling
