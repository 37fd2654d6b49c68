// Optimizers and schedules of step sizes against their definitions, written once more here in other
// forms and long double; torch_test.py holds them to PyTorch.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "consensus/algorithms/registry.h"
#include "consensus/optimizers/descend.h"
#include "consensus/optimizers/optimizer.h"
#include "consensus/step_schedule.h"
#include "tests/consensus/alone.h"

namespace starling {
inline void PrintTo(const OptimizerEntry& entry, std::ostream* out) { *out << entry.name; }
inline void PrintTo(const StepScheduleEntry& entry, std::ostream* out) { *out << entry.name; }
}  // namespace starling

namespace starling::testing {
namespace {

using Long = long double;

// One coordinate's path: the sums over all past gradients are taken anew in every step.
Long after(const OptimizerSettings& o, double eta, Long x, const std::vector<Long>& gradients) {
  std::vector<Long> seen;
  Long highest = 0;
  for (const Long raw : gradients) {
    seen.push_back(o.kind == "adamw" ? raw : raw + static_cast<Long>(o.weight_decay) * x);
    const auto t = seen.size();
    Long sum = 0, momentum = 0, first = 0, second = 0, mean_square = 0;
    for (std::size_t s = 0; s < t; ++s) {
      const Long g = seen[s], age = static_cast<Long>(t - 1 - s);
      sum += g * g;
      momentum += std::pow(static_cast<Long>(o.momentum), age) * g;
      first += (1 - static_cast<Long>(o.beta_1)) * std::pow(static_cast<Long>(o.beta_1), age) * g;
      second +=
          (1 - static_cast<Long>(o.beta_2)) * std::pow(static_cast<Long>(o.beta_2), age) * g * g;
      mean_square = second;
    }
    highest = std::max(highest, second);
    const Long g = seen.back();
    const Long unbias_1 = 1 - std::pow(static_cast<Long>(o.beta_1), static_cast<Long>(t));
    const Long unbias_2 = 1 - std::pow(static_cast<Long>(o.beta_2), static_cast<Long>(t));
    const Long epsilon = o.epsilon;
    Long direction = g;
    if (o.kind == "momentum") direction = momentum;
    if (o.kind == "nesterov") direction = g + static_cast<Long>(o.momentum) * momentum;
    if (o.kind == "adagrad") direction = g / (std::sqrt(sum) + epsilon);
    if (o.kind == "rmsprop") direction = g / (std::sqrt(mean_square) + epsilon);
    if (o.kind == "adam" || o.kind == "adamw")
      direction = first / unbias_1 / (std::sqrt(second / unbias_2) + epsilon);
    if (o.kind == "amsgrad")
      direction = first / unbias_1 / (std::sqrt(highest / unbias_2) + epsilon);
    if (o.kind == "adamw") x -= static_cast<Long>(eta) * static_cast<Long>(o.weight_decay) * x;
    x -= static_cast<Long>(eta) * direction;
  }
  return x;
}

class EveryOptimizer : public ::testing::TestWithParam<OptimizerEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryOptimizer,
                         ::testing::ValuesIn(optimizers().begin(), optimizers().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

template <class Real>
void expect_path(const OptimizerEntry& entry, double tolerance) {
  for (const double weight_decay : {0.0, 0.3}) {
    OptimizerSettings optimizer;
    optimizer.kind = entry.name;
    optimizer.weight_decay = weight_decay;
    optimizer.beta_2 = 0.95;
    Alone<Real> alone(optimizer);
    const auto start = random_point(10, 1);
    std::vector<std::vector<Long>> gradients(10);
    Vector<Real> x = alone.vector(start);
    for (std::uint32_t t = 0; t < 100; ++t) {
      const Vector<Real> g = alone.vector(random_point(10, 100 + t));
      for (Eigen::Index k = 0; k < 10; ++k)
        gradients[static_cast<std::size_t>(k)].push_back(static_cast<Long>(g[k]));
      x = descend(alone.peer, x, g);
    }
    for (std::size_t k = 0; k < 10; ++k) {
      const Long wanted = after(optimizer, 0.05, static_cast<Real>(start[k]), gradients[k]);
      EXPECT_NEAR(static_cast<double>(x[static_cast<Eigen::Index>(k)]), static_cast<double>(wanted),
                  tolerance)
          << k << " weight decay " << weight_decay;
    }
    int kept = 0;
    for (const auto& state : alone.peer.states())
      kept += state.name.starts_with("optimizer.") && state.value.size() == 10;
    EXPECT_EQ(kept, entry.states);
  }
}

TEST_P(EveryOptimizer, FollowsItsDefinitionOverAHundredGradients) {
  if (GetParam().quasi_newton) return;  // no coordinate goes by itself: lbfgs_test.cc
  expect_path<double>(GetParam(), 1e-13);
  expect_path<float>(GetParam(), 2e-4);
}

TEST(ADescent, ClipsTheNormThenTheEntriesAndPushesAgainstDrift) {
  OptimizerSettings optimizer;
  optimizer.clip_norm = 5;
  optimizer.clip_value = 2;
  Alone<double> alone(optimizer);
  const auto from = alone.vector(std::vector<double>(10, 1.0));
  std::vector<double> values(10, 0.0);
  values[0] = 6, values[1] = 8;  // of norm 10: halved to 3, 4, then cut to 2, 2
  const auto g = alone.vector(values), shift = alone.vector(std::vector<double>(10, 7.0));
  const auto to = descend(alone.peer, from, g, &shift, 0.5);
  for (Eigen::Index k = 0; k < 10; ++k)
    EXPECT_DOUBLE_EQ(to[k], 1 - 0.05 * (k < 2 ? 2 : 0) - 3.5) << k;
}

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryAlgorithm,
                         ::testing::ValuesIn(algorithms().begin(), algorithms().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

bool refused(const Settings& settings) {
  try {
    require_runnable(settings, Mixing());
    return false;
  } catch (const SettingsError& error) {
    EXPECT_NE(std::string(error.what()).find("gradient_tracking"), std::string::npos)
        << "names those that can: " << error.what();
    return true;
  }
}

TEST_P(EveryAlgorithm, RefusesTheOptimizersItDoesNotTake) {
  using Takes = AlgorithmEntry::TakesOptimizers;
  const Takes takes = GetParam().optimizers;
  for (const OptimizerEntry& optimizer : optimizers()) {
    Settings settings = settings_of(GetParam().name);
    settings.optimizer.kind = optimizer.name;
    const Takes least = optimizer.name == "sgd" ? Takes::none
                        : optimizer.linear      ? Takes::linear
                                                : Takes::any;
    EXPECT_EQ(refused(settings), takes < least) << optimizer.name;
    settings.optimizer.weight_decay = 0.1;
    EXPECT_EQ(refused(settings), takes < std::max(least, Takes::linear)) << optimizer.name;
    settings.optimizer.clip_value = 0.1;
    EXPECT_EQ(refused(settings), takes < Takes::any) << optimizer.name;
  }
}

// Momentum only adds up gradients: where they vanish in the mean, so does it.
TEST_P(EveryAlgorithm, StaysExactWithMomentum) {
  if (!GetParam().exact || GetParam().optimizers == AlgorithmEntry::TakesOptimizers::none) return;
  for (const char* kind : {"momentum", "nesterov"}) {
    Settings settings = settings_of(GetParam().name);
    settings.optimizer.kind = kind;
    Scenario<double> scenario(settings, graph_of("ring", 8), kQuadratic);
    const Rows x = state_of(*scenario.after(4000), 8);
    EXPECT_LT((x.rowwise() - scenario.quadratic_optimum().transpose()).norm(), 1e-9) << kind;
  }
}

// The tracked gradient becomes the same on all nodes, and so does what an optimizer makes of it.
TEST_P(EveryOptimizer, ComesToTheOptimumAlongTheTrackedGradient) {
  Settings settings = settings_of("gradient_tracking", 0.05);
  settings.optimizer.kind = GetParam().name;
  settings.step_schedule.kind = "cosine";
  settings.stop.steps = 40'000;
  Scenario<double> scenario(settings, graph_of("complete", 4), kQuadratic);
  const auto executor = scenario.start();
  executor->run();
  const Eigen::VectorXd optimum = scenario.quadratic_optimum();
  EXPECT_LT((state_of(*executor, 4).rowwise() - optimum.transpose()).norm(),
            0.01 * 2 * optimum.norm());
}

StepScheduleSettings schedule_of(std::string kind, std::uint64_t warm_up) {
  StepScheduleSettings schedule;
  schedule.kind = std::move(kind);
  schedule.warm_up = warm_up;
  schedule.every = 7;
  schedule.factor = 0.5;
  schedule.total = 50;
  schedule.least = 0.1;
  return schedule;
}

class EveryStepSchedule : public ::testing::TestWithParam<StepScheduleEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryStepSchedule,
                         ::testing::ValuesIn(step_schedules().begin(), step_schedules().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

TEST_P(EveryStepSchedule, WarmsUpLinearlyAndGoesOnFromOne) {
  const std::string name(GetParam().name);
  const auto cold = schedule_of(name, 0), warm = schedule_of(name, 10);
  EXPECT_DOUBLE_EQ(step_factor(cold, 0), 1);
  for (std::uint64_t t = 0; t < 10; ++t)
    EXPECT_DOUBLE_EQ(step_factor(warm, t), static_cast<double>(t + 1) / 10);
  for (std::uint64_t t = 0; t < 60; ++t) {
    EXPECT_LE(step_factor(cold, t + 1), step_factor(cold, t)) << t;
    EXPECT_GT(step_factor(cold, t), 0) << t;
  }
}

TEST(StepSchedules, PassThroughTheirKnownPoints) {
  EXPECT_EQ(step_factor(schedule_of("step", 0), 6), 1);
  EXPECT_EQ(step_factor(schedule_of("step", 0), 7), 0.5);
  EXPECT_EQ(step_factor(schedule_of("step", 3), 9), 1) << "periods begin after the warm-up";
  EXPECT_EQ(step_factor(schedule_of("step", 3), 10), 0.5);
  EXPECT_DOUBLE_EQ(step_factor(schedule_of("exponential", 0), 14), 0.25);
  EXPECT_DOUBLE_EQ(step_factor(schedule_of("cosine", 0), 25), 0.55);
  EXPECT_DOUBLE_EQ(step_factor(schedule_of("cosine", 0), 50), 0.1);
  EXPECT_DOUBLE_EQ(step_factor(schedule_of("cosine", 0), 5000), 0.1);
  EXPECT_DOUBLE_EQ(step_factor(schedule_of("inverse_sqrt", 0), 24), 0.2);
  EXPECT_DOUBLE_EQ(step_factor(schedule_of("inverse_sqrt", 9), 35), 0.5);
}

TEST(StepSchedules, OfLengthZeroAreRefusedBeforeTheRunsEnd) {
  Settings settings = settings_of("k_gt");
  settings.step_schedule.kind = "cosine";
  settings.stop.steps = 100;
  settings.step_schedule.total = 60;
  EXPECT_THROW(require_runnable(settings, Mixing()), SettingsError);
  settings.step_schedule.least = 0.01;
  EXPECT_NO_THROW(require_runnable(settings, Mixing()));
  settings.step_schedule.least = 0;
  settings.step_schedule.total = 100;
  EXPECT_NO_THROW(require_runnable(settings, Mixing()));
}

// The step size of each step is the schedule's, times nodes * batch over the reference.
TEST(StepSchedules, AreFollowedByTheRunAndScaleWithTheBatch) {
  Settings settings = settings_of("dgd_atc", 1);
  settings.step_schedule = schedule_of("step", 0);
  settings.step_schedule.reference_batch = 40;
  settings.algorithm.batch = 10;
  settings.stop.steps = 21;
  Scenario<double> scenario(settings, graph_of("complete", 2), R"({"kind":"logistic","l2":0.1})");
  const auto executor = scenario.start();
  std::vector<double> steps;
  executor->on_step([&](std::uint64_t) { steps.push_back(executor->peer(0).exact_step_size()); });
  executor->run();
  ASSERT_GE(steps.size(), 21u);
  for (std::size_t t = 0; t < 21; ++t)
    EXPECT_DOUBLE_EQ(steps[t], 0.5 * std::pow(0.5, static_cast<double>(t / 7))) << t;
}

}  // namespace
}  // namespace starling::testing
