#include "topology/weights/barrier.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <optional>

#include "topology/weights/slem_bound.h"

namespace starling {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kAccuracy = 1e-5;  // of 1 - slem
constexpr double kFloor = 1e-11;    // of slem, where it can be zero
constexpr double kGrowth = 3;       // of t, from one centre to the next
constexpr double kCentred = 0.5;    // squared Newton decrement
constexpr double kAtLast = 1e-14;   // at the last centre: its dual matrix is the proof
constexpr double kRounding = 1e-6;  // below it a decrement may be all rounding
constexpr int kMostSteps = 400;

struct Point {
  VectorXd s;
  double rho = 0;
};

// Everything a Newton step reads at a point inside of all constraints.
struct State {
  MatrixXd P, Q;   // (rho I - M)^{-1}, (rho I + M)^{-1}
  VectorXd slack;  // p_i w_ii
  VectorXd r;      // b_e^T (P - Q) b_e
  double trace = 0;
};

double quadratic(const EdgeFlows& flows, const MatrixXd& X, Index e) {
  const Edge& edge = flows.edges[static_cast<std::size_t>(e)];
  const double a = flows.root[edge.u], b = flows.root[edge.v];
  return a * a * X(edge.u, edge.u) + b * b * X(edge.v, edge.v) - 2 * a * b * X(edge.u, edge.v);
}

class Barrier {
 public:
  Barrier(const EdgeFlows& flows, Entries entries)
      : flows_(flows), probabilities_(entries == Entries::probabilities) {}

  // The number of constraints: the duality gap of a centre is this over t.
  double order() const {
    const auto n = static_cast<double>(flows_.nodes());
    return 2 * n + (probabilities_ ? n + static_cast<double>(flows_.size()) : 0);
  }

  // Empty outside of the constraints.
  std::optional<State> at(const Point& point) const {
    State state;
    if (probabilities_) {
      state.slack = flows_.slack(point.s);
      if (point.s.minCoeff() <= 0 || state.slack.minCoeff() <= 0) return std::nullopt;
    }
    MatrixXd M = MatrixXd::Identity(flows_.nodes(), flows_.nodes());
    M -= flows_.null * flows_.null.transpose();
    for (Index e = 0; e < flows_.size(); ++e) subtract(M, e, point.s[e]);
    if (!invert(-M, point.rho, state.P) || !invert(M, point.rho, state.Q)) return std::nullopt;
    state.trace = state.P.trace() + state.Q.trace();
    state.r.resize(flows_.size());
    for (Index e = 0; e < flows_.size(); ++e)
      state.r[e] = quadratic(flows_, state.P, e) - quadratic(flows_, state.Q, e);
    return state;
  }

  // In the flows, then rho.
  VectorXd gradient(const Point& point, const State& state, double t) const {
    VectorXd g(flows_.size() + 1);
    g.head(flows_.size()) = -state.r;
    g[flows_.size()] = t - state.trace;
    if (!probabilities_) return g;
    for (Index e = 0; e < flows_.size(); ++e) {
      const Edge& edge = flows_.edges[static_cast<std::size_t>(e)];
      g[e] += 1 / state.slack[edge.u] + 1 / state.slack[edge.v] - 1 / point.s[e];
    }
    return g;
  }

  // The lower half.
  MatrixXd hessian(const Point& point, const State& state) const {
    const Index m = flows_.size();
    const auto scale = flows_.root.asDiagonal();
    const MatrixXd P = scale * state.P * scale, Q = scale * state.Q * scale;
    const MatrixXd P2 = state.P * state.P, Q2 = state.Q * state.Q;
    MatrixXd H(m + 1, m + 1);
    for (Index f = 0; f < m; ++f) {
      const Edge& second = flows_.edges[static_cast<std::size_t>(f)];
      const auto pc = P.col(second.u), pd = P.col(second.v);
      const auto qc = Q.col(second.u), qd = Q.col(second.v);
      for (Index e = f; e < m; ++e) {
        const Edge& first = flows_.edges[static_cast<std::size_t>(e)];
        const double x = pc[first.u] - pc[first.v] - pd[first.u] + pd[first.v];
        const double y = qc[first.u] - qc[first.v] - qd[first.u] + qd[first.v];
        H(e, f) = x * x + y * y;
      }
      H(m, f) = quadratic(flows_, P2, f) - quadratic(flows_, Q2, f);
    }
    H(m, m) = P2.trace() + Q2.trace();
    if (probabilities_) add_bounds(point, state, H);
    return H;
  }

 private:
  void subtract(MatrixXd& M, Index e, double s) const {
    const Edge& edge = flows_.edges[static_cast<std::size_t>(e)];
    const double a = flows_.root[edge.u], b = flows_.root[edge.v];
    M(edge.u, edge.u) -= s * a * a;
    M(edge.v, edge.v) -= s * b * b;
    M(edge.u, edge.v) += s * a * b;
    M(edge.v, edge.u) += s * a * b;
  }

  static bool invert(MatrixXd M, double rho, MatrixXd& inverse) {
    M.diagonal().array() += rho;
    const Eigen::LLT<MatrixXd> factor(M);
    if (factor.info() != Eigen::Success) return false;
    inverse = factor.solve(MatrixXd::Identity(M.rows(), M.cols()));
    return true;
  }

  // 1 / s_e^2, and 1 / (p_i w_ii)^2 for each pair of edges at i.
  void add_bounds(const Point& point, const State& state, MatrixXd& H) const {
    std::vector<std::vector<Index>> edges(static_cast<std::size_t>(flows_.nodes()));
    for (Index e = 0; e < flows_.size(); ++e) {
      H(e, e) += 1 / (point.s[e] * point.s[e]);
      edges[flows_.edges[static_cast<std::size_t>(e)].u].push_back(e);
      edges[flows_.edges[static_cast<std::size_t>(e)].v].push_back(e);
    }
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const auto at = static_cast<Index>(i);
      for (const Index e : edges[i])
        for (const Index f : edges[i])
          if (f <= e) H(e, f) += 1 / (state.slack[at] * state.slack[at]);
    }
  }

  const EdgeFlows& flows_;
  bool probabilities_;
};

// Along a direction of descent until the slope has halved in size, or turned; false where it must
// not move.
bool walk(const Barrier& barrier, double t, const VectorXd& direction, double slope, double length,
          Point& point, State& state) {
  const Index m = point.s.size();
  for (int trial = 0; trial < 60; ++trial, length /= 2) {
    const Point next{point.s + length * direction.head(m), point.rho + length * direction[m]};
    const auto found = barrier.at(next);
    if (!found) continue;
    if (barrier.gradient(next, *found, t).dot(direction) > -slope / 2) continue;
    point = next;
    state = *found;
    return true;
  }
  return false;
}

double certify(const EdgeFlows& flows, Entries entries, const State& state) {
  DualMatrix dual;
  dual.r = state.r / state.trace;
  const MatrixXd Y = (state.P - state.Q) / state.trace;
  dual.value = Y.trace() - flows.null.dot(Y * flows.null);
  if (entries == Entries::any_sign) return slem_bound(flows, dual);
  return slem_bound(flows, dual, state.slack.cwiseInverse() / state.trace);
}

}  // namespace

FastestFlows fastest_by_barrier(const EdgeFlows& flows, Entries entries) {
  const Barrier barrier(flows, entries);
  Point point{flows.metropolis(), 1.1};
  State state = *barrier.at(point);
  double t = state.trace, first_length = 1;
  FastestFlows result;
  for (bool stuck = false; !stuck && result.steps < kMostSteps;) {
    const bool last = barrier.order() / t < std::max(kFloor, kAccuracy * (1 - point.rho));
    for (double before = HUGE_VAL; result.steps < kMostSteps; ++result.steps) {
      const VectorXd g = barrier.gradient(point, state, t);
      const Eigen::LLT<MatrixXd> factor(barrier.hessian(point, state));
      stuck = factor.info() != Eigen::Success;
      if (stuck) break;
      const VectorXd direction = -factor.solve(g);
      const double slope = g.dot(direction);
      if (-slope < (last ? kAtLast : kCentred)) break;
      if (-slope < kRounding && -slope > before / 4) break;  // Newton's steps would square it
      before = -slope;
      stuck = !walk(barrier, t, direction, slope, first_length, point, state);
      first_length = 1;
      if (stuck) break;
      // Near the end rounding may spoil the last centre's proof: the best of all is kept.
      result.slem_at_least = std::max(result.slem_at_least, certify(flows, entries, state));
    }
    if (last) break;
    t *= kGrowth;
    first_length = 1 / kGrowth;
  }
  result.flows = point.s;
  return result;
}

}  // namespace starling
