#include "consensus/whole_lockstep.h"

#include <algorithm>

namespace starling {

template <class Real>
WholeLockstep<Real>::Node::Node(const Settings& settings, NodeId self, Objective& objective)
    : liar(settings, self), robust(settings.mixing, [&objective](const Real* x) {
        return objective.gradient<Real>(x, nullptr);
      }) {}

template <class Real>
WholeLockstep<Real>::WholeLockstep(const Settings& settings,
                                   std::span<Objective* const> objectives) {
  for (NodeId i = 0; i < objectives.size(); ++i)
    nodes_.push_back(std::make_unique<Node>(settings, i, *objectives[i]));
}

template <class Real>
void WholeLockstep<Real>::step(Gossip& gossip, std::uint32_t k,
                               std::span<MixOperation<Real>* const> mixes) {
  const auto size = static_cast<std::size_t>(mixes[0]->at(k).size());
  const std::uint64_t round = mixes[0]->round + k;
  for (NodeId i = 0; i < nodes_.size(); ++i) {
    Node& node = *nodes_[i];
    if (!node.liar.lies()) continue;
    const GossipRow row = gossip.row(round, i);
    heard_.clear();
    for (const NodeId j : row.sources) heard_.push_back(mixes[j]->at(k).data());
    node.lies.resize(row.sources.size());
    node.lie_pointers.clear();
    for (auto& lie : node.lies) {
      lie.resize(size);
      node.lie_pointers.push_back(lie.data());
    }
    node.liar.lie(mixes[i]->stream, round, gossip, mixes[i]->at(k).data(), heard_, size,
                  node.lie_pointers);
  }
  for (NodeId i = 0; i < nodes_.size(); ++i) {
    const GossipRow row = gossip.row(round, i);
    heard_.clear();
    for (const NodeId j : row.sources) {
      const Real* sent = mixes[j]->at(k).data();
      if (nodes_[j]->liar.lies_to(i)) {
        const auto around = gossip.row(round, j).sources;
        const auto at = std::lower_bound(around.begin(), around.end(), i) - around.begin();
        sent = nodes_[j]->lies[static_cast<std::size_t>(at)].data();
      }
      heard_.push_back(sent);
    }
    nodes_[i]->robust.combine(mixes[i]->at(k).data(), heard_, row, size,
                              mixes[i]->at(k + 1).data());
  }
}

template class WholeLockstep<float>;
template class WholeLockstep<double>;

}  // namespace starling
