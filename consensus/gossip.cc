#include "consensus/gossip.h"

#include <algorithm>
#include <cmath>

namespace starling {

namespace {
constexpr std::uint64_t kKeptMost = 256;  // rounds of a period that are kept
constexpr double kRounding = 1e-12;       // a row sum this near one is one
}  // namespace

GossipRow Gossip::row(std::uint64_t t, NodeId i) {
  if (!changes()) {
    const auto around = agreement_->matrix.graph.neighbors(i);
    if (const auto defect = defects_.find(i); defect != defects_.end())
      return {around, around, defect->second, 0};
    return {around, around, agreement_->matrix.row(i), 0};
  }
  const Round& round = at(t);
  return {round.matrix.graph.sources(i), round.matrix.graph.targets(i), round.matrix.row(i),
          round.excess[i]};
}

void Gossip::misweigh(NodeId i, NodeId j, double factor) {
  const auto agreed = agreement_->matrix.row(i);
  auto& row = defects_.try_emplace(i, agreed.begin(), agreed.end()).first->second;
  const auto around = agreement_->matrix.graph.neighbors(i);
  row.at(static_cast<std::size_t>(std::find(around.begin(), around.end(), j) - around.begin())) *=
      factor;
}

const Gossip::Round& Gossip::at(std::uint64_t t) {
  const Schedule& schedule = *agreement_->schedule;
  if (kept_of_ != &schedule) {
    const auto period = schedule.period();
    kept_.assign(period && *period <= kKeptMost ? *period : 1, {});
    kept_of_ = &schedule;
  }
  const std::uint64_t phase = kept_.size() > 1 ? t % kept_.size() : t;
  Round& round = kept_[phase % kept_.size()];
  if (round.t == phase) return round;
  round.t = phase;
  round.matrix = schedule.round(phase);
  round.excess.clear();
  for (NodeId i = 0; i < schedule.nodes(); ++i) {
    double sum = round.matrix.diagonal[i] - 1;
    for (const double w : round.matrix.row(i)) sum += w;
    round.excess.push_back(std::abs(sum) > kRounding ? sum : 0);
  }
  return round;
}

}  // namespace starling
