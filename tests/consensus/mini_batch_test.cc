// Mini-batches: which rows a step sees, for every objective that has rows, and what algorithms make
// of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "consensus/objectives/batch.h"
#include "tests/consensus/scenario.h"

namespace starling::testing {
namespace {

std::vector<std::uint64_t> rows_of(const Batch& batch) {
  std::vector<std::uint64_t> rows;
  for (std::uint64_t k = 0; k < batch.size; ++k) rows.push_back(batch.row(k));
  return rows;
}

TEST(ABatchSampler, VisitsEveryRowOnceAnEpochInAnOrderOfItsOwn) {
  BatchSampler sampler(23, 4);
  std::set<std::vector<std::uint64_t>> orders;
  for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
    std::vector<std::uint64_t> seen;
    for (std::uint64_t step = 6 * epoch; step < 6 * epoch + 6; ++step) {
      const auto rows = rows_of(sampler.draw(9, step, 4));
      EXPECT_EQ(rows.size(), step % 6 == 5 ? 3u : 4u);
      seen.insert(seen.end(), rows.begin(), rows.end());
    }
    orders.insert(seen);
    std::sort(seen.begin(), seen.end());
    for (std::uint64_t row = 0; row < 23; ++row) EXPECT_EQ(seen[row], row);
  }
  EXPECT_EQ(orders.size(), 5u);
}

TEST(ABatchSampler, DrawsByItsNamesAloneInWhateverOrderItIsAsked) {
  BatchSampler forward(50, 1), backward(50, 1), other_node(50, 2);
  std::vector<std::vector<std::uint64_t>> drawn;
  for (std::uint64_t step = 0; step < 12; ++step)
    drawn.push_back(rows_of(forward.draw(3, step, 9)));
  for (std::uint64_t step = 12; step-- > 0;) {
    EXPECT_EQ(rows_of(backward.draw(3, step, 9)), drawn[step]) << step;
    EXPECT_NE(rows_of(other_node.draw(3, step, 9)), drawn[step]) << step;
    EXPECT_NE(rows_of(other_node.draw(4, step, 9)), drawn[step]) << step;
  }
}

TEST(ABatchSampler, GivesAllRowsInOrderWhereNoMoreAreAsked) {
  BatchSampler sampler(5, 0);
  for (const std::uint64_t size : {5, 6, 1000})
    EXPECT_EQ(rows_of(sampler.draw(1, 7, size)), (std::vector<std::uint64_t>{0, 1, 2, 3, 4}));
}

std::vector<ObjectiveCase> objectives_of_rows() {
  std::vector<ObjectiveCase> cases;
  for (const ObjectiveCase& one : objective_cases())
    if (one.entry->data == DataUse::rows) cases.push_back(one);
  return cases;
}
class EveryObjectiveOfRows : public ::testing::TestWithParam<ObjectiveCase> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryObjectiveOfRows, ::testing::ValuesIn(objectives_of_rows()),
                         [](const auto& entry) { return entry.param.name; });

// Batches of one size weigh their rows alike, so their mean over an epoch is the whole.
TEST_P(EveryObjectiveOfRows, HasItsFullGradientAsTheMeanOverAnEpoch) {
  Objective objective = GetParam().make();
  const std::uint64_t rows = GetParam().data.rows, size = rows / 3, d = objective.dimension();
  ASSERT_EQ(rows % 3, 0u);
  const auto x = random_point(d, 3);
  std::vector<double> full(d), one(d), mean(d, 0.0);
  const double value = objective.gradient(x.data(), full.data());
  double mean_value = 0, apart = 0;
  for (std::uint64_t step = 3; step < 6; ++step) {
    mean_value += objective.stochastic_gradient(x.data(), 8, step, size, one.data()) / 3;
    for (std::size_t k = 0; k < d; ++k) {
      mean[k] += one[k] / 3;
      apart = std::max(apart, std::abs(one[k] - full[k]));
    }
  }
  EXPECT_NEAR(mean_value, value, 1e-13 * (1 + std::abs(value)));
  for (std::size_t k = 0; k < d; ++k) EXPECT_NEAR(mean[k], full[k], 1e-13);
  EXPECT_GT(apart, 1e-3) << "a batch is no more than a part";
}

TEST_P(EveryObjectiveOfRows, GivesTheFullGradientsBitsForABatchOfAllRows) {
  Objective objective = GetParam().make();
  const auto x = random_point(objective.dimension(), 4);
  std::vector<double> full(x.size()), batch(x.size());
  const double value = objective.gradient(x.data(), full.data());
  EXPECT_EQ(objective.stochastic_gradient(x.data(), 8, 3, 1000, batch.data()), value);
  EXPECT_EQ(batch, full);
}

TEST(ARunOnMiniBatches, WithBatchesOfAllRowsIsTheRunOnFullGradients) {
  const auto end_of = [](std::uint64_t batch) {
    Settings settings = settings_of("k_gt");
    settings.algorithm.local_steps = 4;
    settings.algorithm.batch = batch;
    Scenario<double> scenario(settings, graph_of("ring", 5), R"({"kind":"logistic","l2":0.1})");
    return state_of(*scenario.after(40), 5);
  };
  EXPECT_EQ(end_of(1000), end_of(0));
  EXPECT_NE(end_of(5), end_of(0));
}

// E |mean x - x*|^2 of SGD on a strongly convex f is at most eta sigma^2 / mu from where it
// settles, sigma^2 the variance of the mean of n mini-batch gradients. Held for the mean over the
// last steps with room for one seed; the full gradient ends at x* itself.
TEST(ARunOnMiniBatches, SettlesInTheNeighborhoodThatItsNoiseAllows) {
  constexpr NodeId kNodes = 8;
  constexpr double kL2 = 0.1, kStep = 0.05;
  const std::string objective = R"({"kind":"logistic","l2":0.1})";
  Settings settings = settings_of("gradient_tracking", kStep);
  Scenario<double> exact(settings, graph_of("ring", kNodes), objective);
  const Eigen::VectorXd optimum = pi_mean(exact, state_of(*exact.after(8000), kNodes));
  ASSERT_LT(mean_gradient(exact, state_of(*exact.after(8000), kNodes)).norm(), 1e-12);

  settings.algorithm.batch = 4;
  Scenario<double> noisy(settings, graph_of("ring", kNodes), objective);
  double variance = 0;  // of one node's mini-batch gradient at x*, summed over nodes
  constexpr int kDraws = 400;
  for (NodeId i = 0; i < kNodes; ++i) {
    const Eigen::VectorXd full = noisy.gradient(i, optimum);
    for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
      Eigen::VectorXd g(optimum.size());
      noisy.objectives[i]->stochastic_gradient(optimum.data(), 1, draw, 4, g.data());
      variance += (g - full).squaredNorm() / kDraws;
    }
  }
  noisy.settings.stop.steps = 4000;
  const auto executor = noisy.start();
  double square = 0;
  int count = 0;
  executor->on_step([&](std::uint64_t step) {
    if (step < 2000) return;
    square += (pi_mean(noisy, state_of(*executor, kNodes)) - optimum).squaredNorm();
    ++count;
  });
  executor->run();
  const double allowed = kStep * variance / (kNodes * kNodes) / kL2;
  EXPECT_LT(square / count, allowed);
  EXPECT_GT(square / count, allowed / 1000) << "there is noise";
}

}  // namespace
}  // namespace starling::testing
