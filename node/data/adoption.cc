#include "node/data/adoption.h"

#include <xxhash.h>

#include <algorithm>

namespace starling {

std::vector<NodeId> owners_of_shards(NodeId nodes, std::span<const NodeId> members) {
  std::vector<NodeId> owners(nodes);
  for (NodeId shard = 0; shard < nodes; ++shard) {
    const auto weight = [shard](NodeId member) {
      const std::uint32_t both[] = {shard, member};
      return XXH3_64bits(both, sizeof both);
    };
    owners[shard] = std::binary_search(members.begin(), members.end(), shard)
                        ? shard
                        : *std::max_element(members.begin(), members.end(),
                                            [&](auto a, auto b) { return weight(a) < weight(b); });
  }
  return owners;
}

Adoption::Adoption(const Config& config, const Experiment& experiment, NodeId self)
    : config_(config), experiment_(experiment), self_(self) {}

std::vector<double> Adoption::samples(std::span<const NodeId> members) const {
  std::vector<double> of(experiment_.nodes(), 0.0), samples;
  const auto owners = owners_of_shards(experiment_.nodes(), members);
  for (NodeId shard = 0; shard < experiment_.nodes(); ++shard)
    of[owners[shard]] += experiment_.samples[shard];
  for (const NodeId member : members) samples.push_back(of[member]);
  return samples;
}

Objective& Adoption::objective(std::span<const NodeId> members) {
  std::vector<std::uint64_t> rows;
  const auto owners = owners_of_shards(experiment_.nodes(), members);
  for (NodeId shard = 0; shard < experiment_.nodes(); ++shard)
    if (owners[shard] == self_)
      rows.insert(rows.end(), experiment_.rows[shard].begin(), experiment_.rows[shard].end());
  std::sort(rows.begin(), rows.end());
  if (!local_ || rows != rows_) {
    local_ = make_objective(config_, experiment_, self_, rows);
    rows_ = std::move(rows);
  }
  return *local_->objective;
}

}  // namespace starling
