// one_peer_exponential, hypercube_exchange: n = 2^m nodes stand at their mean after m rounds.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>

#include "topology/graphs/parameters.h"
#include "topology/schedules/schedules.h"
#include "topology/schedules/weighted_arcs.h"

namespace starling {
namespace {

// ceil(log2 n), at least one round.
std::uint64_t doublings(NodeId n) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::bit_width(n - 1)));
}

// Round t, l = t mod ceil(log2 n):   y_i = (x_i + x_{i + 2^l mod n}) / 2,  i sends to i - 2^l.
//
// All rounds are circulant and commute. Over one period of p rounds, the Fourier vector j shrinks
// by  prod_l |cos(pi j 2^l / n)| = |sin(2^p pi j / n) / (2^p sin(pi j / n))|,  zero for all j iff
// n = 2^p.
// Source    [YingEtAl2021] theorem 2.
class OnePeerExponential final : public Schedule {
 public:
  explicit OnePeerExponential(NodeId n) : n_(n), period_(doublings(n)) {}

  NodeId nodes() const override { return n_; }
  bool symmetric() const override { return n_ <= 2; }
  std::optional<std::uint64_t> period() const override { return period_; }
  Graph links() const override { return links_of_rounds(*this, period_); }

  DirectedMatrix round(std::uint64_t t) const override {
    WeightedArcs arcs(n_);
    if (n_ == 1) return arcs.matrix();
    arcs.reserve(n_);
    const std::uint64_t ahead = std::uint64_t{1} << (t % period_);
    for (NodeId i = 0; i < n_; ++i) arcs.arc(static_cast<NodeId>((i + ahead) % n_), i, 0.5);
    return arcs.matrix();
  }

  std::optional<ScheduleRate> known_rate() const override {
    if (n_ == 1) return ScheduleRate{0, 0, 0};
    if (std::has_single_bit(n_)) return ScheduleRate{period_, period_, 0};
    const auto sine = [this](std::uint64_t j) {  // sin(pi j / n), j < n
      return std::sin(std::numbers::pi * static_cast<double>(std::min(j, n_ - j)) / n_);
    };
    double worst = 0;
    for (std::uint64_t j = 1; j < n_; ++j)
      worst = std::max(worst, sine((j << period_) % n_) / sine(j));
    const double power = static_cast<double>(period_);
    return ScheduleRate{std::nullopt, std::nullopt, std::pow(worst, 1 / power) / 2};
  }

 private:
  NodeId n_;
  std::uint64_t period_;
};

// Round t, b = t mod log2 n:   i averages with i xor 2^b.
// Source    [Cybenko1989]: dimension exchange.
class HypercubeExchange final : public Schedule {
 public:
  explicit HypercubeExchange(NodeId n) : n_(n), period_(doublings(n)) {}

  NodeId nodes() const override { return n_; }
  bool symmetric() const override { return true; }
  std::optional<std::uint64_t> period() const override { return period_; }
  Graph links() const override { return links_of_rounds(*this, period_); }

  DirectedMatrix round(std::uint64_t t) const override {
    WeightedArcs arcs(n_);
    if (n_ == 1) return arcs.matrix();
    arcs.reserve(n_);
    const NodeId bit = NodeId{1} << (t % period_);
    for (NodeId i = 0; i < n_; ++i) arcs.arc(i ^ bit, i, 0.5);
    return arcs.matrix();
  }

  std::optional<ScheduleRate> known_rate() const override {
    const std::uint64_t rounds = n_ == 1 ? 0 : period_;
    return ScheduleRate{rounds, rounds, 0};
  }

 private:
  NodeId n_;
  std::uint64_t period_;
};

}  // namespace

std::unique_ptr<Schedule> one_peer_exponential(const GraphParameters& given) {
  return std::make_unique<OnePeerExponential>(Reader{"one_peer_exponential", given}.nodes());
}

std::unique_ptr<Schedule> hypercube_exchange(const GraphParameters& given) {
  const NodeId n = Reader{"hypercube_exchange", given}.nodes();
  if (!std::has_single_bit(n))
    refuse("hypercube_exchange", "nodes", std::to_string(n),
           "powers of two; one_peer_exponential and base_graph take any number");
  return std::make_unique<HypercubeExchange>(n);
}

}  // namespace starling
