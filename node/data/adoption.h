#pragma once

#include <memory>
#include <span>
#include <vector>

#include "node/setup/experiment.h"

namespace starling {

// Who works on the rows of each configured node: itself if it is a member, else the member of the
// highest weight, a hash of both (rendezvous hashing: Thaler, Ravishankar, IEEE/ACM Trans. Netw.
// 1998). All members find the same owners by themselves; when one goes only its rows move, and
// when it comes back they are its own again.
//
// members   ascending, not empty
std::vector<NodeId> owners_of_shards(NodeId nodes, std::span<const NodeId> members);

// shared.membership.on_death = "adopt" on one node: what it works on in each view, its own rows and
// those of absent nodes that fall to it. The optimum stays that of all samples.
class Adoption {
 public:
  // Both outlive it. Requires  rows of data, each counted once: make_experiment() refuses others.
  Adoption(const Config& config, const Experiment& experiment, NodeId self);

  // How many rows each member works on, by rank.
  std::vector<double> samples(std::span<const NodeId> members) const;
  // This node's f beside these members; valid until the next call. Errors    ConfigError, as
  // make_objective().
  Objective& objective(std::span<const NodeId> members);
  // The rows it was last asked for, ascending.
  const std::vector<std::uint64_t>& rows() const { return rows_; }

 private:
  const Config& config_;
  const Experiment& experiment_;
  const NodeId self_;
  std::vector<std::uint64_t> rows_;
  std::unique_ptr<LocalObjective> local_;
};

}  // namespace starling
