#include "consensus/attacks/liar.h"

#include <algorithm>

namespace starling {

template <class Real>
Liar<Real>::Liar(const Settings& settings, NodeId self)
    : settings_(settings.attack), seed_(settings.seed), self_(self) {
  const AttackEntry* entry = find_attack(settings.attack.kind);
  if (entry && entry->lies() && settings.attack.by(self)) entry_ = entry;
}

template <class Real>
void Liar<Real>::lie(std::uint32_t stream, std::uint64_t round, Gossip& gossip, const Real* own,
                     std::span<const Real* const> heard, std::size_t size,
                     std::span<Real* const> lies) {
  if (first_.size() != size) first_.assign(own, own + size);
  const GossipRow mine = gossip.row(round, self_);
  sources_.assign(mine.sources.begin(), mine.sources.end());
  honest_.clear();
  for (std::size_t j = 0; j < sources_.size(); ++j)
    if (lies_to(sources_[j])) honest_.push_back(heard[j]);
  RandomStream draw(seed_, Purpose::attack, self_, stream);
  Knowledge<Real> known;
  known.size = size;
  known.first = first_.data();
  known.honest = honest_;
  for (std::size_t j = 0; j < sources_.size(); ++j) {
    if (!lies_to(sources_[j])) continue;
    known.to = heard[j];
    around_.clear();
    weights_.clear();
    known.lying_weight = 0;
    const GossipRow there = gossip.row(round, sources_[j]);
    for (std::size_t l = 0; l < there.sources.size(); ++l) {
      const NodeId other = there.sources[l];
      if (settings_.by(other)) known.lying_weight += there.weights[l];
      const auto at = std::lower_bound(sources_.begin(), sources_.end(), other);
      if (settings_.by(other) || at == sources_.end() || *at != other) continue;
      around_.push_back(heard[static_cast<std::size_t>(at - sources_.begin())]);
      weights_.push_back(there.weights[l]);
    }
    known.around = around_;
    known.weights = weights_;
    entry_->lie<Real>()(known, draw, lies[j]);
  }
}

template class Liar<float>;
template class Liar<double>;

}  // namespace starling
