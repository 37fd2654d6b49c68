// random_matching, od_equidyn, ou_equidyn: each round is drawn anew from (seed, round), alike on
// every node.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "topology/graphs/parameters.h"
#include "topology/random.h"
#include "topology/schedules/equidyn_rate.h"
#include "topology/schedules/schedules.h"
#include "topology/schedules/weighted_arcs.h"

namespace starling {
namespace {

constexpr double kShare = 0.5;  // eta: within O(1/n) of the best rate for OD and OU

class RandomRounds : public Schedule {
 public:
  RandomRounds(std::string_view kind, NodeId n, std::uint64_t seed)
      : kind_(kind), n_(n), seed_(seed) {}
  NodeId nodes() const final { return n_; }
  Graph links() const final { return all_links(kind_, n_); }
  std::uint64_t link_count() const final { return std::uint64_t{n_} * (n_ - 1) / 2; }

 protected:
  RandomStream stream(std::uint64_t t) const {
    return RandomStream(seed_, Purpose::schedule, static_cast<std::uint32_t>(t >> 32),
                        static_cast<std::uint32_t>(t));
  }

  std::string_view kind_;
  NodeId n_;
  std::uint64_t seed_;
};

// Two nodes of each pair stand at their mean; the pairs are a uniform perfect matching of all
// nodes, with one idle node where n is odd.
//
//   rho^2 = (n - 2) / (2 (n - 1)) for even n, 1/2 for odd n > 1
//
// Any two nodes meet with probability 1/(n-1) (even n) or 1/n, and W^T W = W = I - Lap/2.
// Source    [BoydEtAl2006]; the rate is derived above.
class RandomMatching final : public RandomRounds {
 public:
  RandomMatching(NodeId n, std::uint64_t seed) : RandomRounds("random_matching", n, seed) {}
  bool symmetric() const override { return true; }

  DirectedMatrix round(std::uint64_t t) const override {
    std::vector<NodeId> order(n_);
    std::iota(order.begin(), order.end(), NodeId{0});
    RandomStream draws = stream(t);
    shuffle(order, draws);
    WeightedArcs arcs(n_);
    arcs.reserve(n_);
    for (NodeId i = 1; i < n_; i += 2) arcs.pair(order[i - 1], order[i], 0.5);
    return arcs.matrix();
  }

  std::optional<ScheduleRate> known_rate() const override {
    if (n_ <= 2) return ScheduleRate{n_ - 1, n_ - 1, 0};
    const double n = n_;
    return ScheduleRate{{}, {}, std::sqrt(n_ % 2 == 0 ? (n - 2) / (2 * (n - 1)) : 0.5)};
  }
};

// W = (1 - eta) I + eta (((n-1)/n) P_u + I/n), the shift u uniform in 1 .. n-1: i receives from
// i + u mod n.
//
//   rho^2 = p^2 + q^2 - 2 p eta / n,   p = 1 - eta + eta/n,   q = eta (n-1)/n
//
// Source    [SongEtAl2022], OD-EquiDyn.
class OdEquidyn final : public RandomRounds {
 public:
  OdEquidyn(NodeId n, std::uint64_t seed, double eta)
      : RandomRounds("od_equidyn", n, seed), eta_(eta) {}
  bool symmetric() const override { return n_ <= 2; }

  DirectedMatrix round(std::uint64_t t) const override {
    WeightedArcs arcs(n_);
    if (n_ == 1) return arcs.matrix();
    const NodeId shift = 1 + static_cast<NodeId>(stream(t).below(n_ - 1));
    arcs.reserve(n_);
    for (NodeId i = 0; i < n_; ++i) arcs.arc((i + shift) % n_, i, eta_ * (n_ - 1) / n_);
    return arcs.matrix();
  }

  std::optional<ScheduleRate> known_rate() const override {
    if (n_ == 1) return ScheduleRate{0, 0, 0};
    const double n = n_, p = 1 - eta_ + eta_ / n, q = eta_ * (n - 1) / n;
    return ScheduleRate{{}, {}, std::sqrt(p * p + q * q - 2 * p * eta_ / n)};
  }

 private:
  double eta_;
};

// The same W on a matching: shift u and start s are drawn; i = s, s + 1, ... takes i + u where both
// are still free.
// Source    [SongEtAl2022], OU-EquiDyn; the rate in equidyn_rate.h.
class OuEquidyn final : public RandomRounds {
 public:
  OuEquidyn(NodeId n, std::uint64_t seed, double eta)
      : RandomRounds("ou_equidyn", n, seed), eta_(eta) {}
  bool symmetric() const override { return true; }

  DirectedMatrix round(std::uint64_t t) const override {
    WeightedArcs arcs(n_);
    if (n_ == 1) return arcs.matrix();
    RandomStream draws = stream(t);
    const NodeId shift = 1 + static_cast<NodeId>(draws.below(n_ - 1));
    const NodeId start = static_cast<NodeId>(draws.below(n_));
    std::vector<bool> taken(n_, false);
    arcs.reserve(n_);
    for (NodeId step = 0; step < n_; ++step) {
      const NodeId i = (start + step) % n_, j = (i + shift) % n_;
      if (taken[i] || taken[j]) continue;
      taken[i] = taken[j] = true;
      arcs.pair(i, j, eta_ * (n_ - 1) / n_);
    }
    return arcs.matrix();
  }

  std::optional<ScheduleRate> known_rate() const override {
    if (n_ == 1) return ScheduleRate{0, 0, 0};
    return ScheduleRate{{}, {}, std::sqrt(ou_equidyn_rate_squared(n_, eta_))};
  }

 private:
  double eta_;
};

}  // namespace

std::unique_ptr<Schedule> random_matching(const GraphParameters& given) {
  const NodeId n = Reader{"random_matching", given}.nodes();
  return std::make_unique<RandomMatching>(n, given.seed);
}

std::unique_ptr<Schedule> od_equidyn(NodeId nodes, std::uint64_t seed, double eta) {
  return std::make_unique<OdEquidyn>(nodes, seed, eta);
}

std::unique_ptr<Schedule> ou_equidyn(NodeId nodes, std::uint64_t seed, double eta) {
  return std::make_unique<OuEquidyn>(nodes, seed, eta);
}

std::unique_ptr<Schedule> od_equidyn(const GraphParameters& given) {
  return od_equidyn(Reader{"od_equidyn", given}.nodes(), given.seed, kShare);
}

std::unique_ptr<Schedule> ou_equidyn(const GraphParameters& given) {
  return ou_equidyn(Reader{"ou_equidyn", given}.nodes(), given.seed, kShare);
}

}  // namespace starling
