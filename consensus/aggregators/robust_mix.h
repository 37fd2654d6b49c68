#pragma once

#include <functional>
#include <vector>

#include "consensus/aggregators/aggregator.h"
#include "consensus/gossip.h"
#include "consensus/settings.h"

namespace starling {

// What became of what one neighbor sent, over the run.
struct NeighborTally {
  NodeId neighbor = 0;
  std::uint64_t steps = 0;                                          // gossip steps it was heard in
  std::uint64_t refused = 0;                                        // not finite
  std::uint64_t dropped = 0, clipped = 0, trimmed_coordinates = 0;  // Verdict
  bool operator==(const NeighborTally&) const = default;
};

// One gossip step of one node on whole vectors, by the configured rule.
//
//   refused   a vector with a value that is not finite is left out before the rule sees it; its
//             sender is one of the b that may lie, so the rule is left with b - 1
//   alone     where fewer neighbors remain than the rule needs, or own is not finite itself (the
//             neighbors refuse it), own stays as it is
//   none      without a rule (an attack on plain gossip): W, bit for bit, nothing refused
//
// Threads   combine() on any one thread at a time; tallies are written by account().
template <class Real>
class RobustMix {
 public:
  // loss: f_i, for a rule that reads it.
  RobustMix(const MixingSettings& settings, std::function<double(const Real*)> loss);

  // neighbors: aligned with row.sources.
  void combine(const Real* own, std::span<const Real* const> neighbors, const GossipRow& row,
               std::size_t size, Real* out);
  // Adds the step last combined to the tallies; whether more neighbors were refused than may lie.
  bool account(std::vector<NeighborTally>& tallies) const;

 private:
  void refuse_infinite(std::span<const Real* const> neighbors, const GossipRow& row,
                       std::size_t size);

  const AggregatorEntry* entry_;
  const std::size_t tolerated_;
  const double radius_;
  const std::function<double(const Real*)> loss_;
  AggregatorWork<Real> work_;
  std::vector<NodeId> sources_;
  std::vector<bool> refused_;
  std::vector<const Real*> finite_;
  std::vector<double> weights_;
  std::vector<Real> rounded_;
  std::vector<Verdict> verdicts_;  // of the finite
};

}  // namespace starling
