#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "consensus/agreement.h"

namespace starling {

// What one node does in one gossip round: whom it hears, with what weight, and whom it tells.
//
//   (W x)_i = x_i + sum_j w_ij (x_j - x_i) + excess x_i,   j over the sources, ascending
//
// excess = w_ii + sum_j w_ij - 1 is zero unless W is column-stochastic only (push-sum).
struct GossipRow {
  std::span<const NodeId> sources, targets;
  std::span<const double> weights;  // aligned with the sources
  double excess = 0;
};

// W of every gossip round of a run, as an executor reads it: the one matrix of a static graph, or a
// schedule's. The rounds of a period, or the last one of a schedule without, are kept.
//
// Threads   one.
class Gossip {
 public:
  explicit Gossip(const Agreement& agreement) : agreement_(&agreement) {}

  void adopt(const Agreement& agreement) { agreement_ = &agreement; }
  bool changes() const { return agreement_->schedule != nullptr; }
  // Row i of W_t; its spans are valid until the next call with another round.
  GossipRow row(std::uint64_t t, NodeId i);

  // A defect for tests, on a static graph: node i weighs its neighbor j by `factor` times the
  // agreed weight.
  void misweigh(NodeId i, NodeId j, double factor);

 private:
  struct Round {
    std::uint64_t t = UINT64_MAX;
    DirectedMatrix matrix;
    std::vector<double> excess;
  };
  const Round& at(std::uint64_t t);

  const Agreement* agreement_;
  const Schedule* kept_of_ = nullptr;
  std::vector<Round> kept_;
  std::map<NodeId, std::vector<double>> defects_;  // rows in place of the agreed ones
};

}  // namespace starling
