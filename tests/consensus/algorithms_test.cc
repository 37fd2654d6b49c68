#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;

std::vector<AlgorithmEntry> exact_algorithms() {
  std::vector<AlgorithmEntry> exact;
  for (const AlgorithmEntry& entry : algorithms())
    if (entry.exact && !entry.needs_inputs) exact.push_back(entry);
  return exact;
}

class EveryExactAlgorithm : public ::testing::TestWithParam<AlgorithmEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryExactAlgorithm, ::testing::ValuesIn(exact_algorithms()),
                         [](const auto& entry) { return std::string(entry.param.name); });

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryAlgorithm,
                         ::testing::ValuesIn(algorithms().begin(), algorithms().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

// The mean takes exactly the step the entry states, from any step to the next, whatever the
// weights of the nodes and the mixer.
TEST_P(EveryAlgorithm, WeightedMeanTakesThePromisedStep) {
  const AlgorithmEntry& entry = GetParam();
  for (const auto& [name, graph] : spread_of_graphs())
    for (const MixerEntry& mixer : mixers())
      for (const std::uint64_t step : {0, 1, 7}) {
        Scenario<double> scenario(settings_of(entry.name, 0, acceleration_of(mixer), 4), graph,
                                  kQuadratic, uneven_samples(graph.nodes()));
        const auto before = scenario.after(step + 1), after = scenario.after(step + 2);
        const Rows point =
            state_of(*before, graph.nodes(), entry.gradient_at.empty() ? "x" : entry.gradient_at);
        Eigen::VectorXd expected = pi_mean(scenario, point);
        if (!entry.gradient_at.empty())
          expected -= scenario.agreement.step_size * mean_gradient(scenario, point);
        const Eigen::VectorXd mean = pi_mean(scenario, state_of(*after, graph.nodes()));
        EXPECT_LT((mean - expected).norm(), 1e-13 * (1 + mean.norm()))
            << name << " " << mixer.name << " step " << step;
      }
}

TEST_P(EveryAlgorithm, StatesKeepTheirDeclaredMeans) {
  const AlgorithmEntry& entry = GetParam();
  for (const auto& [name, graph] : spread_of_graphs())
    for (const std::uint64_t steps : {1, 2, 30, 300}) {
      Scenario<double> scenario(settings_of(entry.name), graph, kQuadratic,
                                uneven_samples(graph.nodes()));
      const auto executor = scenario.after(steps);
      if (!entry.zero_mean.empty()) {
        EXPECT_LT(pi_mean(scenario, state_of(*executor, graph.nodes(), entry.zero_mean)).norm(),
                  1e-13)
            << name << " after " << steps;
      }
      if (!entry.tracks_gradient.empty()) {
        const Eigen::VectorXd tracked =
            pi_mean(scenario, state_of(*executor, graph.nodes(), entry.tracks_gradient));
        const Eigen::VectorXd truth = mean_gradient(scenario, state_of(*executor, graph.nodes()));
        EXPECT_LT((tracked - truth).norm(), 1e-13) << name << " after " << steps;
      }
    }
}

// With its own step size and the automatic mix, on every graph, equal and unequal weights.
TEST_P(EveryExactAlgorithm, ReachesTheWeightedOptimum) {
  const AlgorithmEntry& entry = GetParam();
  for (const auto& [name, graph] : spread_of_graphs())
    for (const bool weighted : {false, true}) {
      Scenario<double> scenario(settings_of(entry.name), graph, kQuadratic,
                                weighted ? uneven_samples(graph.nodes()) : std::vector<double>{});
      const Rows x = state_of(*scenario.after(3000), graph.nodes());
      const Eigen::VectorXd optimum = scenario.quadratic_optimum();
      EXPECT_LT((x.rowwise() - optimum.transpose()).rowwise().norm().maxCoeff(), 1e-11)
          << name << " weighted " << weighted;
    }
}

TEST_P(EveryAlgorithm, ReachesTheOptimumWithLocalStepsOrRefusesThem) {
  const AlgorithmEntry& entry = GetParam();
  Settings settings = settings_of(entry.name);
  settings.algorithm.local_steps = 7;
  for (const auto& [name, graph] : spread_of_graphs()) {
    if (!entry.local_steps) {
      EXPECT_THROW(Scenario<double>(settings, graph, kQuadratic), SettingsError) << name;
      continue;
    }
    if (!entry.exact) continue;
    Scenario<double> scenario(settings, graph, kQuadratic, uneven_samples(graph.nodes()));
    const Rows x = state_of(*scenario.after(3000), graph.nodes());
    EXPECT_LT((x.rowwise() - scenario.quadratic_optimum().transpose()).rowwise().norm().maxCoeff(),
              1e-11)
        << name;
  }
}

TEST(KGt, WithOneLocalStepIsGradientTracking) {
  for (const auto& [name, graph] : spread_of_graphs()) {
    Scenario<double> scenario(settings_of("k_gt", 0.05), graph, kQuadratic);
    Scenario<double> tracking(settings_of("gradient_tracking", 0.05), graph, kQuadratic);
    for (const std::uint64_t steps : {1, 2, 50}) {
      const Rows x = state_of(*scenario.after(steps), graph.nodes());
      EXPECT_LT((x - state_of(*tracking.after(steps), graph.nodes())).norm(),
                1e-11 * (1 + x.norm()))
          << name << " after " << steps;
    }
  }
}

TEST_P(EveryAlgorithm, IsStableWithItsOwnStepSizeOnOnePlainGossipStep) {
  const AlgorithmEntry& entry = GetParam();
  for (const auto& [name, graph] : spread_of_graphs()) {
    Scenario<double> scenario(settings_of(entry.name, 0, "none", 1), graph, kQuadratic);
    if (entry.name == "mudag" && scenario.agreement.mix.contraction > 0.13)
      continue;  // its stated requirement
    const Eigen::VectorXd optimum = scenario.quadratic_optimum();
    const auto error = [&](std::uint64_t steps) {
      return (state_of(*scenario.after(steps), graph.nodes()).rowwise() - optimum.transpose())
          .norm();
    };
    EXPECT_LT(error(1500), 2 * error(0) + 1) << name;
  }
}

TEST_P(EveryExactAlgorithm, ReachesFloatPrecisionInFloat) {
  const AlgorithmEntry& entry = GetParam();
  Scenario<float> scenario(settings_of(entry.name), graph_of("ring", 8), kQuadratic);
  const Rows x = state_of(*scenario.after(1500), 8);
  Scenario<double> exact(settings_of(entry.name), graph_of("ring", 8), kQuadratic);
  EXPECT_LT((x.rowwise() - exact.quadratic_optimum().transpose()).rowwise().norm().maxCoeff(),
            1e-4);  // eps / mu = 1e-5, and trackers gather rounding
}

TEST_P(EveryAlgorithm, GivesTheSameBitsTwice) {
  Scenario<double> scenario(settings_of(GetParam().name), graph_of("erdos_renyi", 11), kLogistic);
  EXPECT_EQ(state_of(*scenario.after(40), 11), state_of(*scenario.after(40), 11));
}

TEST_P(EveryAlgorithm, BeginsAsManyMixesAtOnceAsDeclared) {
  Scenario<double> scenario(settings_of(GetParam().name), graph_of("ring", 4), kQuadratic);
  const auto one = scenario.after(1), two = scenario.after(2);
  EXPECT_EQ(two->peer(0).streams() - one->peer(0).streams(),
            static_cast<std::uint32_t>(GetParam().mixes_in_flight));
  EXPECT_EQ(two->peer(0).gossip_steps() - one->peer(0).gossip_steps(),
            static_cast<std::uint64_t>(scenario.agreement.mix.steps()));
}

TEST(Average, EveryNodeEndsAtTheWeightedMeanOfTheInputs) {
  for (const auto& [name, graph] : spread_of_graphs()) {
    Rows inputs(graph.nodes(), 3);
    RandomStream draw(4, Purpose::test);
    for (Eigen::Index i = 0; i < inputs.rows(); ++i)
      for (Eigen::Index k = 0; k < 3; ++k) inputs(i, k) = draw.normal();
    Scenario<double> scenario(settings_of("average"), graph, R"({"kind":"vectors"})",
                              uneven_samples(graph.nodes()), &inputs);
    EXPECT_EQ(state_of(*scenario.after(0), graph.nodes()), inputs) << name;
    const Rows mixed = state_of(*scenario.after(15), graph.nodes());
    EXPECT_LT((mixed.rowwise() - pi_mean(scenario, inputs).transpose()).cwiseAbs().maxCoeff(),
              1e-13)
        << name;
  }
}

// The biased points of dgd solve linear equations when the objectives are quadratic:
//   atc  X = P (X - eta (A X - A C))        cta  (I - P) X + eta (A X - A C) = 0
Rows biased_point(Scenario<double>& scenario, const Rows& p, bool adapt_first) {
  const Eigen::Index n = scenario.nodes(),
                     d = static_cast<Eigen::Index>(scenario.objectives[0]->dimension());
  const double eta = scenario.agreement.step_size;
  Eigen::MatrixXd gossip = Eigen::MatrixXd::Zero(n * d, n * d), curvature = gossip;
  Eigen::VectorXd right(n * d);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j)
      gossip.block(i * d, j * d, d, d).diagonal().setConstant(p(i, j));
    const auto [a, ac] = scenario.quadratic(static_cast<NodeId>(i));
    curvature.block(i * d, i * d, d, d) = a;
    right.segment(i * d, d) = ac;
  }
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(n * d, n * d);
  const Eigen::VectorXd x =
      adapt_first ? Eigen::VectorXd((identity - gossip * (identity - eta * curvature))
                                        .partialPivLu()
                                        .solve(eta * gossip * right))
                  : Eigen::VectorXd(
                        (identity - gossip + eta * curvature).partialPivLu().solve(eta * right));
  return Eigen::Map<const Rows>(x.data(), n, d);
}

TEST(DecentralisedGradientDescent, SettlesAtItsPredictedBias) {
  for (const bool adapt_first : {true, false})
    for (const double eta : {0.5, 0.1})
      for (const int steps : {1, 3}) {
        const Graph graph = graph_of("ring", 8);
        const auto acceleration = steps == 1 ? "none" : "chebyshev";
        const Rows identity = Rows::Identity(8, 8);
        Scenario<double> mixing(settings_of("average", 0, acceleration, steps), graph,
                                R"({"kind":"vectors"})", {}, &identity);
        const Rows p = state_of(*mixing.after(1), 8);
        Scenario<double> scenario(
            settings_of(adapt_first ? "dgd_atc" : "dgd_cta", eta, acceleration, steps), graph,
            kQuadratic);
        const Rows x = state_of(*scenario.after(30000), 8),
                   predicted = biased_point(scenario, p, adapt_first);
        EXPECT_LT((x - predicted).cwiseAbs().maxCoeff(), 1e-8)
            << adapt_first << " " << eta << " " << steps;
        EXPECT_GT((x.rowwise() - scenario.quadratic_optimum().transpose()).norm(), 1e-3);
      }
}

// Catalogue C.1: the bias on this problem, relative to the start.
TEST(DecentralisedGradientDescent, BiasIsThatOfTheCatalogue) {
  const std::pair<double, double> table[] = {
      {.1, .1731}, {.05, .0984}, {.025, .0530}, {.0125, .0275}};
  for (const auto& [eta, expected] : table) {
    Scenario<double> scenario(settings_of("dgd_atc", eta, "none", 1), graph_of("ring", 8),
                              kQuadratic);
    const Eigen::VectorXd optimum = scenario.quadratic_optimum();
    const Rows x = state_of(*scenario.after(40000), 8);
    EXPECT_NEAR((x.rowwise() - optimum.transpose()).norm() / (std::sqrt(8.0) * optimum.norm()),
                expected, 6e-5)
        << eta;
  }
}

TEST(Mudag, RefusesAnObjectiveOfUnknownStrongConvexityAndNamesTheAlternative) {
  for (const double step_size : {0.0, 0.5}) {
    const Settings settings = settings_of("mudag", step_size);
    const MixingMatrix matrix = make_mixing_matrix("metropolis", graph_of("ring", 4));
    const std::vector<NodeRecord> records(4, propose(settings, matrix, {1, 0, 1, 0}));
    try {
      agree(settings, matrix, records);
      FAIL() << "accepted";
    } catch (const SettingsError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("shared.algorithm.kind"), std::string::npos) << text;
      EXPECT_NE(text.find("strong convexity"), std::string::npos) << text;
      EXPECT_NE(text.find("exact_diffusion"), std::string::npos) << text;
    }
  }
}

TEST(StepSize, OfAnObjectiveWithoutSmoothnessIsRefusedUnlessGiven) {
  const MixingMatrix matrix = make_mixing_matrix("metropolis", graph_of("ring", 4));
  for (const double smoothness : {0.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    Settings settings = settings_of("exact_diffusion");
    const std::vector<NodeRecord> records(
        4, propose(settings, matrix, {smoothness, 0, smoothness, 0}));
    EXPECT_THROW(agree(settings, matrix, records), SettingsError) << smoothness;
    settings.algorithm.step_size = 0.25;
    EXPECT_EQ(agree(settings, matrix, records).step_size, 0.25);
  }
}

}  // namespace
}  // namespace starling
