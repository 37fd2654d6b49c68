// L-BFGS against BFGS itself: the inverse Hessian as a matrix, updated pair by pair; torch_test.py
// holds it to PyTorch.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "consensus/optimizers/descend.h"
#include "tests/consensus/alone.h"

namespace starling::testing {
namespace {

constexpr double kEta = 0.05;  // of Alone

Eigen::VectorXd drawn(std::uint32_t seed) {
  const auto values = random_point(10, seed);
  return Eigen::Map<const Eigen::VectorXd>(values.data(), 10);
}

// H of the last `history` pairs that curve upwards:
//   H_0 = (s.y / y.y) I of the newest,  H <- (I - r s y^T) H (I - r y s^T) + r s s^T,  r = 1 / s.y
class DenseBfgs {
 public:
  explicit DenseBfgs(std::size_t history) : history_(history) {}
  Eigen::VectorXd direction(const Eigen::VectorXd& x, const Eigen::VectorXd& g) {
    if (last_x_.size() > 0) {
      const Eigen::VectorXd s = x - last_x_, y = g - last_g_;
      if (s.dot(y) > 1e-10 * s.norm() * y.norm()) pairs_.emplace_back(s, y);
      if (pairs_.size() > history_) pairs_.pop_front();
    }
    last_x_ = x, last_g_ = g;
    if (pairs_.empty()) return g * std::min(1.0, 1 / g.lpNorm<1>());
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(10, 10);
    const auto& [newest_s, newest_y] = pairs_.back();
    Eigen::MatrixXd H = newest_s.dot(newest_y) / newest_y.dot(newest_y) * one;
    for (const auto& [s, y] : pairs_) {
      const double r = 1 / s.dot(y);
      H = ((one - r * s * y.transpose()) * H * (one - r * y * s.transpose()) +
           r * s * s.transpose())
              .eval();
    }
    return H * g;
  }
  std::size_t pairs() const { return pairs_.size(); }

 private:
  std::size_t history_;
  std::deque<std::pair<Eigen::VectorXd, Eigen::VectorXd>> pairs_;
  Eigen::VectorXd last_x_, last_g_;
};

OptimizerSettings lbfgs_of(int history) {
  OptimizerSettings optimizer;
  optimizer.kind = "lbfgs";
  optimizer.history = history;
  return optimizer;
}

// Whatever moves x between two steps. Every fifth gradient falls where x grows: such pairs are no
// curvature.
template <class Real>
void expect_dense(int history, double tolerance) {
  Alone<Real> alone(lbfgs_of(history));
  DenseBfgs dense(static_cast<std::size_t>(history));
  const Eigen::VectorXd scale = drawn(99).cwiseAbs().array() + 0.1;
  std::size_t kept = 0;
  for (std::uint32_t t = 0; t < 40; ++t) {
    const Eigen::VectorXd x = drawn(t).cast<Real>().template cast<double>();
    const Eigen::VectorXd g = (t % 5 == 4 ? -1 : 1) * scale.cwiseProduct(x);
    auto at = alone.vector({x.data(), x.data() + 10}),
         along = alone.vector({g.data(), g.data() + 10});
    const auto to = descend(alone.peer, at, along);
    const Eigen::VectorXd rounded = along.template cast<double>();
    const Eigen::VectorXd wanted = x - kEta * dense.direction(x, rounded);
    kept += dense.pairs();
    const double size = 1 + wanted.norm();
    EXPECT_LT((to.template cast<double>() - wanted).norm() / size, tolerance)
        << "step " << t << " history " << history;
  }
  EXPECT_EQ(dense.pairs(), static_cast<std::size_t>(history));
}

TEST(Lbfgs, StepsAlongTheInverseHessianOfItsPairs) {
  for (const int history : {1, 3, 10}) {
    expect_dense<double>(history, 1e-11);
    expect_dense<float>(history, 1e-3);
  }
}

TEST(Lbfgs, KeepsOnlyPairsOfUpwardCurvature) {
  Alone<double> alone(lbfgs_of(5));
  for (std::uint32_t t = 0; t < 5; ++t) {
    const Eigen::VectorXd x = drawn(t), g = -x;  // concave
    auto at = alone.vector({x.data(), x.data() + 10}),
         along = alone.vector({g.data(), g.data() + 10});
    const auto to = descend(alone.peer, at, along);
    const double share = std::min(1.0, 1 / g.lpNorm<1>());
    EXPECT_LT((to - (x - kEta * share * g)).norm(), 1e-14) << "a gradient step as the first";
  }
  for (const auto& state : alone.peer.states())
    EXPECT_FALSE(state.name.starts_with("optimizer.s.")) << state.name;
}

// kappa = 100: gradient descent has come half the way.
TEST(Lbfgs, ComesToTheOptimumOfAQuadraticInFewSteps) {
  Settings settings = settings_of("dgd_atc", 1);
  settings.optimizer = lbfgs_of(10);
  Scenario<double> scenario(settings, graph_of("path", 1), kQuadratic);
  const Rows x = state_of(*scenario.after(60), 1);
  const Eigen::VectorXd optimum = scenario.quadratic_optimum();
  EXPECT_LT((x.row(0).transpose() - optimum).norm(), 1e-8 * optimum.norm());
}

// By the step size it takes for itself.
TEST(Lbfgs, BringsAllNodesToTheOptimumAlongTheTrackedGradient) {
  Settings settings = settings_of("gradient_tracking");
  settings.optimizer = lbfgs_of(10);
  Scenario<double> scenario(settings, graph_of("ring", 8), kQuadratic);
  EXPECT_DOUBLE_EQ(scenario.agreement.step_size, 0.1);
  const Rows x = state_of(*scenario.after(400), 8);
  const Eigen::VectorXd optimum = scenario.quadratic_optimum();
  EXPECT_LT((x.rowwise() - optimum.transpose()).norm(), 1e-10 * optimum.norm());
}

// Weight decay is part of what L-BFGS sees the curvature of, so one step of size 1 undoes it.
TEST(Lbfgs, SeesTheGradientAsItIsClippedAndDecayed) {
  OptimizerSettings optimizer = lbfgs_of(2);
  optimizer.weight_decay = 0.5;
  optimizer.clip_value = 2;
  Alone<double> alone(optimizer);
  DenseBfgs dense(2);
  for (std::uint32_t t = 0; t < 6; ++t) {
    const Eigen::VectorXd x = drawn(t), g = 3 * x;
    auto at = alone.vector({x.data(), x.data() + 10}),
         along = alone.vector({g.data(), g.data() + 10});
    const auto to = descend(alone.peer, at, along);
    const Eigen::VectorXd seen = g.cwiseMax(-2).cwiseMin(2) + 0.5 * x;
    EXPECT_LT((to - (x - kEta * dense.direction(x, seen))).norm(), 1e-12) << t;
  }
}

}  // namespace
}  // namespace starling::testing
