#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;

double gradient_norm_at_mean(Scenario<double>& scenario, Lockstep<double>& executor) {
  const Rows x = state_of(executor, scenario.nodes());
  const Eigen::VectorXd mean = pi_mean(scenario, x);
  return mean_gradient(scenario, mean.transpose().replicate(x.rows(), 1)).norm();
}

// All nodes end with the same word, at the same step.
void expect_alike(Lockstep<double>& executor, NodeId nodes) {
  for (NodeId i = 0; i < nodes; ++i) {
    EXPECT_EQ(executor.runner(i).status(), executor.runner(0).status()) << i;
    EXPECT_EQ(executor.runner(i).progress().step, executor.runner(0).progress().step) << i;
    EXPECT_EQ(executor.peer(i).streams(), executor.peer(0).streams()) << i;
  }
}

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryAlgorithm,
                         ::testing::ValuesIn(algorithms().begin(), algorithms().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

// The bound a node knows at step k was agreed for where the nodes stood one lap before.
TEST_P(EveryAlgorithm, MonitorsBoundIsOneAtEveryStep) {
  for (const char* graph : {"ring", "star", "barbell"}) {
    Settings settings = settings_of(GetParam().name, 0, "chebyshev", 6);  // laps of one step
    settings.stop.gradient_norm = 1e-300;
    Scenario<double> scenario(settings, graph_of(graph, 8), kLogistic, uneven_samples(8));
    ASSERT_LE(scenario.agreement.diameter, 6u);
    for (const std::uint64_t step : {0, 1, 2, 5, 20, 60}) {
      const auto then = scenario.after(step);
      const auto later = scenario.after(step + 1);
      const double truth = gradient_norm_at_mean(scenario, *then),
                   bound = later->runner(0).progress().gradient_bound;
      EXPECT_GE(bound, truth) << graph << " step " << step;
      for (NodeId i = 0; i < 8; ++i) EXPECT_EQ(later->runner(i).progress().gradient_bound, bound);
    }
  }
}

// Laps of one step and of several; exact algorithms converge, biased ones must not claim to.
TEST_P(EveryAlgorithm, StopsTogetherAtACertifiedPointOrNotAtAll) {
  const AlgorithmEntry& entry = GetParam();
  if (entry.needs_inputs) return;
  for (const char* graph : {"ring", "path", "star"})
    for (const int steps : {0, 2}) {
      if (entry.name == "mudag" && steps != 0) continue;  // needs a strong mix
      Settings settings = settings_of(entry.name, 0, "chebyshev", steps);
      settings.stop.gradient_norm = 1e-8;
      settings.stop.steps = 4000;
      Scenario<double> scenario(settings, graph_of(graph, 8), kLogistic, uneven_samples(8));
      const auto executor = scenario.start();
      const RunStatus status = executor->run();
      expect_alike(*executor, 8);
      const double truth = gradient_norm_at_mean(scenario, *executor);
      if (entry.exact) {
        EXPECT_EQ(status, RunStatus::converged) << graph << steps;
        EXPECT_LE(truth, 1e-8) << graph << steps;
        EXPECT_LT(executor->runner(0).progress().step, 4000u);
      } else {
        EXPECT_EQ(status, RunStatus::budget) << graph << steps;
        EXPECT_GT(truth, 1e-8) << graph << steps;
      }
    }
}

// The model after a converged run is the one the nodes voted on: the step it names.
TEST_P(EveryAlgorithm, AConvergedRunStandsAtTheStepItNames) {
  const AlgorithmEntry& entry = GetParam();
  if (entry.needs_inputs || !entry.exact) return;
  Settings settings = settings_of(entry.name);
  settings.stop.gradient_norm = 1e-6;
  settings.stop.steps = 4000;
  Scenario<double> scenario(settings, graph_of("ring", 8), kLogistic);
  const auto executor = scenario.start();
  ASSERT_EQ(executor->run(), RunStatus::converged);
  const Rows x = state_of(*executor, 8);
  scenario.settings.stop.gradient_norm = 0;
  EXPECT_EQ(x, state_of(*scenario.after(executor->runner(0).progress().step), 8));
}

TEST(Stop, AWishOfOneNodeEndsAllAtTheSameStepWithinTwoLaps) {
  for (const auto& [graph, nodes, steps] :
       {std::tuple{"ring", 8u, 1}, std::tuple{"path", 9u, 1}, std::tuple{"path", 9u, 3},
        std::tuple{"star", 5u, 1}, std::tuple{"path", 1u, 1}}) {
    Settings settings = settings_of("exact_diffusion", 0, "none", steps);
    settings.stop.steps = 1000;
    Scenario<double> scenario(settings, graph_of(graph, nodes), kQuadratic);
    const auto executor = scenario.start();
    const NodeId one = nodes - 1;
    executor->on_step([&](std::uint64_t step) {
      if (step == 100) executor->runner(one).wish(Ride::kWishStop);
    });
    EXPECT_EQ(executor->run(), RunStatus::stopped);
    expect_alike(*executor, nodes);
    const std::uint64_t lap = (std::max<std::uint64_t>(scenario.agreement.diameter, 1) +
                               static_cast<std::uint64_t>(steps) - 1) /
                              static_cast<std::uint64_t>(steps);
    EXPECT_GE(executor->runner(0).progress().step, 100u) << graph;
    EXPECT_LE(executor->runner(0).progress().step, 100 + 2 * lap) << graph << nodes;
  }
}

TEST(Stop, OutOfTimeIsBudgetWithATargetAndStoppedWithout) {
  for (const double target : {0.0, 1e-300}) {
    Settings settings = settings_of("exact_diffusion");
    settings.stop.steps = 1000;
    settings.stop.gradient_norm = target;
    Scenario<double> scenario(settings, graph_of("ring", 8), kQuadratic);
    const auto executor = scenario.start();
    executor->on_step([&](std::uint64_t step) {
      if (step == 10) executor->runner(5).wish(Ride::kWishBudget);
    });
    EXPECT_EQ(executor->run(), target > 0 ? RunStatus::budget : RunStatus::stopped);
    expect_alike(*executor, 8);
    EXPECT_LT(executor->runner(0).progress().step, 20u);
  }
}

TEST(Stop, StepsSpentIsBudgetWithATargetAndStoppedWithout) {
  for (const double gradient_norm : {0.0, 1e-300})
    for (const double relative_error : {0.0, 1e-300}) {
      if (gradient_norm > 0 && relative_error > 0) continue;
      for (const std::uint64_t steps : {0, 1, 2, 37}) {
        Settings settings = settings_of("gradient_tracking");
        settings.stop.steps = steps;
        settings.stop.gradient_norm = gradient_norm;
        settings.stop.relative_error = relative_error;
        Scenario<double> scenario(settings, graph_of("ring", 5), kQuadratic);
        const auto executor = scenario.start();
        EXPECT_EQ(executor->run(),
                  settings.stop.has_target() ? RunStatus::budget : RunStatus::stopped);
        EXPECT_EQ(executor->runner(0).progress().step, steps);
        expect_alike(*executor, 5);
      }
    }
}

// Watching must not change the run: the same bits with any target or none.
TEST(Stop, TargetsDoNotChangeTheBits) {
  Scenario<double> scenario(settings_of("mudag"), graph_of("ring", 6), kQuadratic);
  const Rows plain = state_of(*scenario.after(25), 6);
  scenario.settings.stop.gradient_norm = 1e-300;
  EXPECT_EQ(state_of(*scenario.after(25), 6), plain);
  scenario.settings.stop.gradient_norm = 0;
  scenario.settings.stop.relative_error = 1e-300;
  EXPECT_EQ(state_of(*scenario.after(25), 6), plain);
}

TEST(Stop, TwoTargetsAreRefused) {
  Settings settings = settings_of("exact_diffusion");
  settings.stop.gradient_norm = settings.stop.relative_error = 1e-6;
  Scenario<double> scenario(settings, graph_of("ring", 4), kQuadratic);
  try {
    scenario.start();
    FAIL() << "accepted";
  } catch (const SettingsError& error) {
    EXPECT_NE(std::string(error.what()).find("shared.stop.gradient_norm"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("shared.stop.relative_error"), std::string::npos);
  }
}

TEST(Stop, RelativeErrorWithoutAKnownOptimumIsRefused) {
  Settings settings = settings_of("average");
  settings.stop.relative_error = 1e-6;
  const Rows inputs = Rows::Identity(4, 4);
  Scenario<double> scenario(settings, graph_of("ring", 4), R"({"kind":"vectors"})", {}, &inputs);
  EXPECT_THROW(scenario.start(), SettingsError);
}

TEST(Stop, ARunThatDivergesSaysFailedOnAllNodes) {
  Settings settings = settings_of("dgd_atc", 50);
  settings.stop.steps = 100000;
  Scenario<double> scenario(settings, graph_of("ring", 6), kQuadratic);
  const auto executor = scenario.start();
  EXPECT_EQ(executor->run(), RunStatus::failed);
  expect_alike(*executor, 6);
}

// The live values track what they say: weighted objective at the nodes' own points, once settled.
TEST(Progress, ObjectiveTracksTheWeightedMeanOfTheNodesObjectives) {
  Settings settings = settings_of("exact_diffusion");
  settings.stop.gradient_norm = 1e-300;
  Scenario<double> scenario(settings, graph_of("ring", 8), kLogistic, uneven_samples(8));
  const auto executor = scenario.after(1500);
  double truth = 0;
  for (NodeId i = 0; i < 8; ++i)
    truth += scenario.pi(i) *
             scenario.objectives[i]->gradient<double>(executor->model(i).data(), nullptr);
  for (NodeId i = 0; i < 8; ++i)
    EXPECT_NEAR(executor->runner(i).progress().objective, truth, 1e-10);
}

}  // namespace
}  // namespace starling
