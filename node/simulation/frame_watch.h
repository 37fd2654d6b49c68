#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "node/links/wire.h"
#include "topology/graph.h"

namespace starling {

// Listens on the simulated wire and counts what it hears; of what the frames tell alone it knows
// whether anybody sends beyond its credit.
//
//   credit    position < taken by the receiver, as last told to the sender, + window
class FrameWatch {
 public:
  FrameWatch(NodeId nodes, std::uint32_t window) : window_(window), running_(nodes, 0) {}

  void sent(NodeId from, NodeId to, std::span<const std::byte> head);
  void arrived(NodeId from, NodeId to, std::span<const std::byte> head);
  void begins(NodeId node, std::uint64_t view) { running_[node] = view; }
  void starts(NodeId node) { running_[node] = 0; }

  struct Counts {
    std::uint64_t data = 0, resent = 0, early = 0, late = 0;  // early, late: of another view there
    std::uint64_t resumed = 0, anew = 0, guests = 0;          // sessions
    std::uint64_t done_again = 0, parts = 0, over_credit = 0;
    Counts& operator+=(const Counts& other);
  };
  const Counts& counts() const { return counts_; }

 private:
  using Way = std::pair<NodeId, NodeId>;
  struct Stream {
    std::uint32_t sent = 0, taken = 0;
  };
  const std::uint32_t window_;
  std::vector<std::uint64_t> running_;
  std::map<Way, std::map<std::pair<std::uint64_t, std::uint32_t>, Stream>> streams_;
  std::map<Way, std::uint32_t> counters_, done_;
  Counts counts_;
};

}  // namespace starling
