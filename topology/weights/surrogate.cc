#include "topology/weights/surrogate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "topology/weights/extreme_pairs.h"
#include "topology/weights/lbfgs.h"
#include "topology/weights/slem_bound.h"

namespace starling {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kPairs = 40;          // followed at each end
constexpr double kLeastShare = 1e-5;  // of the largest term: what a pair must add to count
constexpr double kExactShare = 1e-2;  // from here on its vector must be exact
constexpr int kDoublings = 10;        // q up to 2^10
constexpr int kStageSteps = 120;
constexpr double kStageSlope = 1e-6;  // a step that promises less ends a stage

// (gap / distance)^q, q = 2^doublings.
double share(double gap, double distance, int doublings) {
  double power = gap / distance;
  for (int k = 0; k < doublings; ++k) power *= power;
  return power;
}

class Surrogate {
 public:
  Surrogate(const EdgeFlows& flows, Entries entries)
      : flows_(flows), probabilities_(entries == Entries::probabilities), pairs_(flows, kPairs) {}

  void sharpen(int doublings) {
    doublings_ = doublings;
    const auto terms = static_cast<double>(flows_.size() + flows_.nodes());
    nu_ = probabilities_ ? 1 / (std::ldexp(1.0, doublings) * terms) : 0;
  }

  // The gradient at s; empty outside of the domain.
  VectorXd gradient(const VectorXd& s) {
    if (probabilities_) {
      slack_ = flows_.slack(s);
      if (s.minCoeff() <= 0 || slack_.minCoeff() <= 0) return {};
    }
    pairs_.follow(s, needed_, std::max(1e-3 * gap_, 1e-12));
    const double low = pairs_.low().values[0], high = 2 - pairs_.high().values[0];
    if (!(low > 0) || !(high > 0)) return {};
    gap_ = std::min(low, high);
    dual();
    VectorXd g = -strength_ * dual_.r;
    if (probabilities_)
      for (Index e = 0; e < s.size(); ++e) {
        const Edge& edge = flows_.edges[static_cast<std::size_t>(e)];
        g[e] += nu_ * (1 / slack_[edge.u] + 1 / slack_[edge.v] - 1 / s[e]);
      }
    return g;
  }

  // Of the last gradient.
  double gap() const { return gap_; }
  double lowest() const { return pairs_.low().values[0]; }
  double highest() const { return pairs_.high().values[0]; }
  double bound() const {
    if (!probabilities_) return slem_bound(flows_, dual_);
    return slem_bound(flows_, dual_, slack_.cwiseInverse() * (nu_ / strength_));
  }
  // The diagonal of the barrier's Hessian, in units of its gradient.
  VectorXd curvature(const VectorXd& s) const {
    VectorXd h = VectorXd::Zero(s.size());
    if (!probabilities_) return h;
    for (Index e = 0; e < s.size(); ++e) {
      const Edge& edge = flows_.edges[static_cast<std::size_t>(e)];
      const double u = slack_[edge.u], v = slack_[edge.v];
      h[e] = nu_ * (1 / (s[e] * s[e]) + 1 / (u * u) + 1 / (v * v));
    }
    return h;
  }

 private:
  // Y = sum of +- y_k v_k v_k^T with sum y_k = 1, and how many pairs it needed.
  void dual() {
    dual_ = {VectorXd::Zero(flows_.size()), 0, 1};
    const auto &low = pairs_.low(), &high = pairs_.high();
    double total = 0;
    strength_ = 0;
    Index exact = 0;
    const auto add = [&](const ExtremePairs::End& end, double sign) {
      for (Index k = 0; k < end.values.size(); ++k) {
        const double distance = sign > 0 ? end.values[k] : 2 - end.values[k];
        const double term = share(gap_, distance, doublings_);
        if (term < kLeastShare) break;
        if (term > kExactShare) exact = std::max(exact, k + 1);
        const double y = term / distance;
        total += term;
        strength_ += y;
        dual_.value += sign * y;
        const VectorXd v = end.vectors.col(k);
        for (Index e = 0; e < flows_.size(); ++e) {
          const double along = flows_.along(e, v);
          dual_.r[e] += sign * y * along * along;
        }
      }
    };
    add(low, 1);
    add(high, -1);
    dual_.r /= strength_;
    dual_.value /= strength_;
    strength_ /= total;
    needed_ = std::min(kPairs / 2, exact + 1);
  }

  const EdgeFlows& flows_;
  bool probabilities_;
  ExtremePairs pairs_;
  int doublings_ = 4;
  double nu_ = 0, gap_ = 1e-3, strength_ = 1;
  Index needed_ = 8;
  DualMatrix dual_;
  VectorXd slack_;
};

// The longest step that keeps the flows and each node's own weight positive, nine tenths of it.
double longest(const EdgeFlows& flows, const VectorXd& s, const VectorXd& direction) {
  double length = 1;
  const VectorXd slack = flows.slack(s);
  const VectorXd change = flows.slack(direction) - flows.p;
  for (Index e = 0; e < s.size(); ++e)
    if (direction[e] < 0) length = std::min(length, -0.9 * s[e] / direction[e]);
  for (Index i = 0; i < slack.size(); ++i)
    if (change[i] < 0) length = std::min(length, -0.9 * slack[i] / change[i]);
  return length;
}

}  // namespace

FastestFlows fastest_by_surrogate(const EdgeFlows& flows, Entries entries) {
  Surrogate surrogate(flows, entries);
  FastestFlows best;
  double best_gap = 0;
  VectorXd s = flows.metropolis(), g = surrogate.gradient(s);
  const auto keep = [&] {
    // Any sign: the scale at which both ends are equally far is the best one.
    const double scale =
        entries == Entries::any_sign ? 2 / (surrogate.lowest() + surrogate.highest()) : 1;
    const double gap = entries == Entries::any_sign ? scale * surrogate.lowest() : surrogate.gap();
    if (gap <= best_gap) return;
    best_gap = gap;
    best.flows = scale * s;
  };
  keep();
  if (entries == Entries::any_sign) s = best.flows;
  for (int doublings = 4; doublings <= kDoublings; doublings += 2) {
    surrogate.sharpen(doublings);
    g = surrogate.gradient(s);
    Lbfgs memory(20);
    for (int step = 0; step < kStageSteps; ++step, ++best.steps) {
      VectorXd direction = -memory.apply(g, surrogate.curvature(s));
      double slope = g.dot(direction);
      if (-slope < kStageSlope) break;
      double length = 1;
      if (memory.empty())  // no flow changes by more than a tenth of the mean flow
        length = std::min(1.0, 0.1 * s.cwiseAbs().mean() / direction.cwiseAbs().maxCoeff());
      if (entries == Entries::probabilities)
        length = std::min(length, longest(flows, s, direction));
      VectorXd next, next_g;
      for (int trial = 0; trial < 20; ++trial, length /= 2) {
        next = s + length * direction;
        next_g = surrogate.gradient(next);
        if (next_g.size() > 0 && next_g.dot(direction) <= -0.5 * slope) break;
      }
      if (next_g.size() == 0) break;
      memory.add(next - s, next_g - g);
      s = next;
      g = next_g;
      keep();
    }
    g = surrogate.gradient(s);
    if (g.size() > 0) best.slem_at_least = std::max(best.slem_at_least, surrogate.bound());
  }
  return best;
}

}  // namespace starling
