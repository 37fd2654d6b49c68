#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "topology/graph.h"

namespace starling {

// Who runs together: the connected component of up edges a node stands in (design: facts and
// views). Inside a view nodes go by their rank, as the mathematics knows only nodes 0 .. n - 1.
struct View {
  std::uint64_t id = 0;         // of the members, their edges and every counter touching them
  std::vector<NodeId> members;  // ascending; members[rank] = node
  Graph graph;                  // their up edges, by rank

  NodeId size() const { return static_cast<NodeId>(members.size()); }
  bool holds(NodeId node) const { return std::binary_search(members.begin(), members.end(), node); }
  // Requires holds(node).
  NodeId rank(NodeId node) const {
    return static_cast<NodeId>(std::lower_bound(members.begin(), members.end(), node) -
                               members.begin());
  }
};

}  // namespace starling
