#pragma once

#include <cstdint>
#include <vector>

#include "topology/digraph.h"
#include "topology/schedule.h"

namespace starling {

// One round's matrix from its weights off the diagonal, given in any order.
//
//   w_ii = 1 - sum_j w_ij, j ascending: the same bits from every source of the same weights
//
// Cost      O(n + m log d) time; 40 bytes per arc while it is made.
// Errors    GraphError on a loop, a node >= n, or an arc given twice.
class WeightedArcs {
 public:
  explicit WeightedArcs(NodeId nodes) : nodes_(nodes) {}
  void reserve(std::size_t arcs) { list_.reserve(arcs); }
  // `to` takes `weight` of what `from` sends.
  void arc(NodeId from, NodeId to, double weight) { list_.push_back({from, to, weight}); }
  void pair(NodeId u, NodeId v, double weight) {
    arc(u, v, weight);
    arc(v, u, weight);
  }
  DirectedMatrix matrix() const;

 private:
  struct Weighted {
    NodeId from, to;
    double weight;
  };
  NodeId nodes_;
  std::vector<Weighted> list_;
};

// Whether w_ij and w_ji are the same bits for all i and j.
bool is_symmetric(const DirectedMatrix& w);

// The undirected graph of all pairs that exchange anything in rounds 0 .. rounds - 1.
Graph links_of_rounds(const Schedule& schedule, std::uint64_t rounds);

// Every pair. Errors: GraphError above 10^8 pairs.
Graph all_links(std::string_view kind, NodeId nodes);

}  // namespace starling
