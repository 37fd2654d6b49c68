#include "consensus/estimate.h"

#include <algorithm>
#include <cmath>

#include "topology/random.h"

namespace starling {

namespace {

constexpr double kResidual = 0.02, kMargin = 0.05;  // of the distance to 1 and to -1
constexpr int kMostIterations = 300;

// Every node's first flood is complete when it has heard of all: the last one's rounds are the
// diameter.
template <class Real>
Task<NodeId> find_diameter(Peer<Real>& self, NodeId id, Ride& ask) {
  const auto nodes = static_cast<NodeId>(self.agreement().matrix.graph.nodes());
  ask.table.assign(nodes, -1);
  ask.table[id] = 1;
  ask.bound = 0;
  double farthest = 0;
  for (NodeId round = 1; round < nodes; ++round) {
    auto settling = self.settle(1, ask);
    co_await settling;
    const bool complete = std::find(ask.table.begin(), ask.table.end(), -1.0) == ask.table.end();
    if (complete && farthest == 0) farthest = round;
  }
  ask.table.clear();
  ask.bound = farthest;
  auto settling = self.settle(static_cast<int>(nodes - 1), ask);
  co_await settling;
  co_return static_cast<NodeId>(ask.bound);
}

bool certified(const LanczosBasis::Ends& ends) {
  return ends.residual_2 <= kResidual * (1 - ends.lambda_2) &&
         ends.residual_n <= kResidual * (1 + ends.lambda_n);
}

// Widened, within what is certain.
Spectrum widened(const LanczosBasis::Ends& ends, const Spectrum& certain) {
  Spectrum interval;
  interval.method = "gossip";
  const double gap = 1 - ends.lambda_2;
  interval.gap_2 = gap - ends.residual_2 - kMargin * gap;
  // Not settled within kMostIterations: the residual no longer says which eigenvalue is near.
  if (ends.residual_2 > 0.5 * gap) interval.gap_2 = 0;
  interval.gap_2 = std::max(interval.gap_2, certain.gap_2);
  interval.lambda_n =
      std::max(certain.lambda_n, ends.lambda_n - ends.residual_n - kMargin * (1 + ends.lambda_n));
  return interval;
}

}  // namespace

template <class Real>
Task<Eigen::VectorXd> multiply_by_gossip(Peer<Real>& self, NodeId id, Ride& ask, int reach,
                                         const Eigen::VectorXd& q) {
  static const MixPlan once{.scale = 1, .omega = {0}, .contraction = 0, .low = 0, .high = 0};
  const double root = std::sqrt(self.agreement().matrix.stationary[id]);
  ask.table.clear();
  ask.probe = ask.probe_before = q[id] / root;
  auto exchanging = self.settle(1, ask, &once);
  co_await exchanging;
  ask.table.assign(static_cast<std::size_t>(q.size()), -HUGE_VAL);
  ask.table[id] = ask.probe * root;
  auto flooding = self.settle(reach, ask);
  co_await flooding;
  Eigen::VectorXd product(q.size());
  std::copy(ask.table.begin(), ask.table.end(), product.data());
  co_return product;
}

template <class Real>
Task<SpectrumEstimate> estimate_spectrum(Peer<Real>& self, NodeId id, std::uint64_t seed) {
  const Agreement& agreement = self.agreement();
  const auto& pi = agreement.matrix.stationary;
  const NodeId nodes = agreement.matrix.graph.nodes();
  SpectrumEstimate estimate;
  estimate.interval = agreement.spectrum;
  if (nodes == 1) co_return estimate;
  if (nodes > kMostNodesOfATable)
    throw SettingsError("shared.topology.spectrum = \"gossip\": at most " +
                        std::to_string(kMostNodesOfATable) + " nodes; use \"edges\"");
  Ride ask;
  estimate.diameter = co_await find_diameter(self, id, ask);
  const int reach = static_cast<int>(estimate.diameter);
  Eigen::VectorXd first(nodes);
  for (NodeId i = 0; i < nodes; ++i) first[i] = RandomStream(seed, Purpose::spectrum, i).normal();
  LanczosBasis basis(pi, first);
  LanczosBasis::Ends ends;
  bool more = true;
  ask.vote = false;
  while (more && !ask.vote && basis.size() < kMostIterations) {
    ask.vote = basis.size() > 0 && certified(ends);  // and all others say so
    Eigen::VectorXd product = co_await multiply_by_gossip(self, id, ask, reach, basis.latest());
    more = basis.extend(std::move(product));
    ends = basis.ends();
  }
  // No node trusts its own rounding: the widest interval of all.
  const Spectrum own = widened(ends, agreement.spectrum);
  ask.table = {-own.gap_2, -own.lambda_n};
  auto flooding = self.settle(reach, ask);
  co_await flooding;
  estimate.interval = own;
  estimate.interval.gap_2 = -ask.table[0];
  estimate.interval.lambda_n = -ask.table[1];
  estimate.lambda_2 = ends.lambda_2;
  estimate.lambda_n = ends.lambda_n;
  estimate.residual_2 = ends.residual_2;
  estimate.residual_n = ends.residual_n;
  estimate.iterations = basis.size();
  estimate.gossip_steps =
      2 * (std::uint64_t{nodes} - 1) +
      (1 + std::uint64_t{estimate.diameter}) * static_cast<std::uint64_t>(estimate.iterations) +
      estimate.diameter;
  co_return estimate;
}

template Task<Eigen::VectorXd> multiply_by_gossip(Peer<float>&, NodeId, Ride&, int,
                                                  const Eigen::VectorXd&);
template Task<Eigen::VectorXd> multiply_by_gossip(Peer<double>&, NodeId, Ride&, int,
                                                  const Eigen::VectorXd&);
template Task<SpectrumEstimate> estimate_spectrum(Peer<float>&, NodeId, std::uint64_t);
template Task<SpectrumEstimate> estimate_spectrum(Peer<double>&, NodeId, std::uint64_t);

}  // namespace starling
