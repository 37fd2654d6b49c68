#pragma once

#include <vector>

#include "consensus/attacks/attack.h"
#include "consensus/gossip.h"
#include "consensus/settings.h"

namespace starling {

// One node that lies, as the configuration says (shared.attack): it follows the algorithm, and what
// it sends to each honest neighbor is a lie made of what it hears in the same gossip step. Liars
// know of each other and tell each other the truth.
template <class Real>
class Liar {
 public:
  Liar(const Settings& settings, NodeId self);
  // Whether this node lies on the wire.
  bool lies() const { return entry_ != nullptr; }
  // Whether it lies to this neighbor, and waits for what that one says.
  bool lies_to(NodeId neighbor) const { return lies() && !settings_.by(neighbor); }

  // The lies of one gossip step, lies[j] to row.sources[j]; those to fellow liars are not written.
  // heard[j]: the vector of row.sources[j], of honest ones at least.
  void lie(std::uint32_t stream, std::uint64_t round, Gossip& gossip, const Real* own,
           std::span<const Real* const> heard, std::size_t size, std::span<Real* const> lies);

 private:
  const AttackSettings& settings_;
  const AttackEntry* entry_ = nullptr;
  const std::uint64_t seed_;
  const NodeId self_;
  std::vector<Real> first_;
  std::vector<NodeId> sources_;
  std::vector<const Real*> honest_, around_;
  std::vector<double> weights_;
};

}  // namespace starling
