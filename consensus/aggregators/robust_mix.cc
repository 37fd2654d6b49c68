#include "consensus/aggregators/robust_mix.h"

#include <algorithm>
#include <cmath>

#include "consensus/kernels/mix.h"

namespace starling {

template <class Real>
RobustMix<Real>::RobustMix(const MixingSettings& settings, std::function<double(const Real*)> loss)
    : entry_(find_aggregator(settings.aggregator)),
      tolerated_(settings.tolerated),
      radius_(settings.radius),
      loss_(std::move(loss)) {}

namespace {
template <class Real>
bool is_finite(const Real* x, std::size_t size) {
  return std::all_of(x, x + size, [](Real value) { return std::isfinite(value); });
}
}  // namespace

template <class Real>
void RobustMix<Real>::combine(const Real* own, std::span<const Real* const> neighbors,
                              const GossipRow& row, std::size_t size, Real* out) {
  sources_.assign(row.sources.begin(), row.sources.end());
  if (!entry_) {
    rounded_.clear();
    for (const double w : row.weights) rounded_.push_back(static_cast<Real>(w));
    mix_kernel<Real>()(own, nullptr, neighbors.data(), rounded_.data(), neighbors.size(), Real(0),
                       size, out);
    return;
  }
  refuse_infinite(neighbors, row, size);
  const std::size_t refused = neighbors.size() - finite_.size();
  Heard<Real> heard;
  heard.own = own;
  heard.neighbors = finite_;
  heard.weights = weights_;
  heard.size = size;
  heard.tolerated = tolerated_ - std::min(refused, tolerated_);
  heard.radius = radius_;
  heard.loss = &loss_;
  verdicts_.assign(finite_.size(), {});
  const bool alone = finite_.empty() || !is_finite(own, size) ||
                     finite_.size() < entry_->least_neighbors(heard.tolerated);
  if (alone)
    std::copy_n(own, size, out);
  else
    entry_->rule<Real>()(heard, work_, out, verdicts_);
}

template <class Real>
void RobustMix<Real>::refuse_infinite(std::span<const Real* const> neighbors, const GossipRow& row,
                                      std::size_t size) {
  refused_.clear();
  finite_.clear();
  weights_.clear();
  for (std::size_t j = 0; j < neighbors.size(); ++j) {
    const Real* x = neighbors[j];
    refused_.push_back(!is_finite(x, size));
    if (refused_.back()) continue;
    finite_.push_back(x);
    weights_.push_back(row.weights[j]);
  }
}

template <class Real>
bool RobustMix<Real>::account(std::vector<NeighborTally>& tallies) const {
  if (!entry_) return false;
  std::size_t refused = 0, finite = 0;
  for (std::size_t j = 0; j < sources_.size(); ++j) {
    const auto before = [](const NeighborTally& tally, NodeId id) { return tally.neighbor < id; };
    auto at = std::lower_bound(tallies.begin(), tallies.end(), sources_[j], before);
    if (at == tallies.end() || at->neighbor != sources_[j])
      at = tallies.insert(at, NeighborTally{.neighbor = sources_[j]});
    ++at->steps;
    if (refused_[j]) {
      ++at->refused;
      ++refused;
      continue;
    }
    const Verdict& verdict = verdicts_[finite++];
    at->dropped += verdict.dropped;
    at->clipped += verdict.clipped;
    at->trimmed_coordinates += verdict.trimmed_coordinates;
  }
  return refused > tolerated_;
}

template class RobustMix<float>;
template class RobustMix<double>;

}  // namespace starling
