#include "consensus/gossip.h"

#include <cmath>

namespace starling {

namespace {
constexpr std::uint64_t kKeptMost = 256;  // rounds of a period that are kept
constexpr double kRounding = 1e-12;       // a row sum this near one is one
}  // namespace

GossipRow Gossip::row(std::uint64_t t, NodeId i) {
  if (!changes()) {
    const auto around = agreement_->matrix.graph.neighbors(i);
    return {around, around, agreement_->matrix.row(i), 0};
  }
  const Round& round = at(t);
  return {round.matrix.graph.sources(i), round.matrix.graph.targets(i), round.matrix.row(i),
          round.excess[i]};
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
