#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"

namespace starling::testing {
namespace {

// The switch of a scenario's settings to another graph and weight rule.
template <class Real>
std::shared_ptr<const PlannedSwitch> switch_to(Scenario<Real>& scenario, std::string_view kind,
                                               const std::string& weights, std::uint64_t at_step) {
  Settings settings = scenario.settings;
  settings.topology.weights = weights;
  const Graph graph = graph_of(kind, scenario.nodes());
  const std::vector<double> samples(scenario.nodes(), 1.0);
  const Mixing mixing = make_mixing(settings, graph, nullptr, samples);
  std::vector<NodeRecord> records;
  for (NodeId i = 0; i < scenario.nodes(); ++i)
    records.push_back(propose(settings, mixing, scenario.agreement.constants, i));
  auto planned = std::make_shared<PlannedSwitch>();
  planned->digest = at_step + 1;
  planned->at_step = at_step;
  planned->agreement = agree(settings, mixing, records);
  return planned;
}

Rows random_rows(NodeId nodes, Eigen::Index d) {
  RandomStream draw(5, Purpose::test);
  Rows rows(nodes, d);
  for (Eigen::Index i = 0; i < rows.size(); ++i) rows.data()[i] = draw.normal();
  return rows;
}

// Three graphs one after the other, and the mean of the inputs never moves by more than rounding.
TEST(ASwitchAtALapsEnd, KeepsTheMeanToRounding) {
  Settings settings;
  settings.algorithm.kind = "average";
  settings.topology.weights = "metropolis";
  settings.mixing.acceleration = "chebyshev";
  settings.mixing.steps = 2;
  const Rows inputs = random_rows(16, 8);
  Scenario<double> scenario(settings, graph_of("ring", 16), R"({"kind":"vectors"})", {}, &inputs);
  for (const std::uint64_t steps : {9u, 13u, 17u, 25u, 29u, 60u}) {
    scenario.settings.stop.steps = steps;
    auto executor = scenario.start();
    executor->plan_switches({switch_to(scenario, "torus", "metropolis", 6),
                             switch_to(scenario, "hypercube", "best_constant", 20)});
    executor->run();
    ASSERT_TRUE(executor->runner(7).switched()) << steps;
    EXPECT_EQ(executor->runner(7).switched()->at_step, steps < 25 ? 6u : 20u) << steps;
    for (Eigen::Index k = 0; k < inputs.cols(); ++k) {
      double mean = 0;
      for (NodeId i = 0; i < 16; ++i) mean += executor->model(i)[k] / 16;
      EXPECT_NEAR(mean, inputs.col(k).mean(), 1e-14) << steps;
    }
  }
}

// After the switch the mixes contract as the new graph promises, in its worst direction exactly.
TEST(ASwitchAtALapsEnd, MixesAsTheNewGraphPromises) {
  Settings settings;
  settings.algorithm.kind = "average";
  settings.topology.weights = "metropolis";
  settings.mixing.acceleration = "none";
  settings.mixing.steps = 1;
  settings.stop.steps = 200;
  const Rows inputs = random_rows(16, 4);
  Scenario<double> scenario(settings, graph_of("ring", 16), R"({"kind":"vectors"})", {}, &inputs);
  auto executor = scenario.start();
  executor->plan_switches({switch_to(scenario, "path", "metropolis", 40)});
  executor->run();
  std::vector<std::vector<ContractionRecorder::Record>> records;
  for (NodeId i = 0; i < 16; ++i) records.push_back(executor->peer(i).recorder().records());
  const double promised = executor->peer(0).agreement().mix.contraction;
  EXPECT_NE(promised, scenario.agreement.mix.contraction);
  const double measured = measured_contraction(records, scenario.agreement.matrix.stationary, 1e-9);
  EXPECT_LE(measured, promised + 1e-12);
  EXPECT_GT(measured, 0.99 * promised);
}

// Programs go on, and so do their invariants: each exact algorithm still reaches the optimum.
TEST(ASwitchAtALapsEnd, LetsEveryExactAlgorithmReachTheOptimum) {
  for (const AlgorithmEntry& entry : algorithms()) {
    if (!entry.exact || entry.needs_inputs || entry.needs == GraphNeed::column_stochastic) continue;
    Settings settings;
    settings.algorithm.kind = entry.name;
    settings.stop.steps = 20'000;
    settings.stop.gradient_norm = 1e-11;
    Scenario<double> scenario(settings, graph_of("ring", 16),
                              R"({"kind":"reference_quadratic","kappa":30})");
    auto executor = scenario.start();
    executor->plan_switches({switch_to(scenario, "torus", "metropolis", 30),
                             switch_to(scenario, "barbell", "metropolis", 60)});
    EXPECT_EQ(executor->run(), RunStatus::converged) << entry.name;
    EXPECT_TRUE(executor->runner(3).switched()) << entry.name;
    const Eigen::VectorXd optimum = scenario.quadratic_optimum();
    for (NodeId i = 0; i < 16; ++i)
      EXPECT_LT((executor->model(i) - optimum).norm(), 1e-8) << entry.name << " node " << i;
  }
}

}  // namespace
}  // namespace starling::testing
