#pragma once

#include <memory>
#include <span>
#include <vector>

#include "consensus/aggregators/robust_mix.h"
#include "consensus/attacks/liar.h"
#include "consensus/objectives/objective.h"
#include "consensus/operation.h"

namespace starling {

// The gossip steps of lockstep on whole vectors: first the lies, then every node's rule.
//
// Requires  objectives and settings outlive it.
template <class Real>
class WholeLockstep {
 public:
  WholeLockstep(const Settings& settings, std::span<Objective* const> objectives);
  // Step k of all nodes' mixes: from y_k, and what liars make of it, to y_{k+1}.
  void step(Gossip& gossip, std::uint32_t k, std::span<MixOperation<Real>* const> mixes);
  const RobustMix<Real>& robust(NodeId i) const { return nodes_[i]->robust; }

 private:
  struct Node {
    Node(const Settings& settings, NodeId self, Objective& objective);
    Liar<Real> liar;
    RobustMix<Real> robust;
    std::vector<std::vector<Real>> lies;  // by neighbor
    std::vector<Real*> lie_pointers;
  };
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<const Real*> heard_;
};

}  // namespace starling
