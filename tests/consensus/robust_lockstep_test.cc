#include <gtest/gtest.h>

#include "consensus/aggregators/requirements.h"
#include "consensus/attacks/attack.h"
#include "tests/consensus/scenario.h"

namespace starling::testing {
namespace {

// Ten nodes, each with six neighbors, one of which lies at most: nodes 0 and 5 stand apart.
Graph lattice() {
  GraphParameters parameters;
  parameters.nodes = 10;
  parameters.degree = 6;
  parameters.probability = 0;
  return make_graph("watts_strogatz", parameters);
}

// What the nodes want: f_i(x) = |x - v_i|^2 / 2, the v_i close together and far from zero, where
// all begin.
const char* kVectors = R"({"kind":"vectors"})";
Rows wanted() {
  RandomStream draw(3, Purpose::test);
  Rows v(10, 6);
  for (double& value : v.reshaped()) value = 10 + 0.1 * draw.normal();
  return v;
}

Settings settings_with(const std::string& aggregator, const std::string& attack,
                       std::vector<std::uint32_t> liars = {0}) {
  Settings settings = settings_of("dgd_atc", 0.1);
  settings.mixing.aggregator = aggregator;
  settings.attack.kind = attack;
  if (attack != "none") settings.attack.nodes = std::move(liars);
  return settings;
}

Scenario<double> scenario_of(const Settings& settings) {
  const Rows v = wanted();
  return Scenario<double>(settings, lattice(), kVectors, {}, &v);
}

// The honest nodes' corner of the world: what each wants, and where they end.
struct Honest {
  Rows v, x;
  // Of the smallest box around what they want.
  double diagonal() const { return (v.colwise().maxCoeff() - v.colwise().minCoeff()).norm(); }
  // Of the farthest from the honest optimum, the mean.
  double error() const { return (x.rowwise() - v.colwise().mean()).rowwise().norm().maxCoeff(); }
};

Honest after_300_steps(const Settings& settings) {
  Scenario<double> scenario = scenario_of(settings);
  const auto executor = scenario.after(300);
  const Rows all = state_of(*executor, 10), v = wanted();
  std::vector<Eigen::Index> honest;
  for (NodeId i = 0; i < 10; ++i)
    if (!scenario.settings.attack.by(i)) honest.push_back(i);
  return {v(honest, Eigen::all), all(honest, Eigen::all)};
}

class EveryRuleUnderEveryAttack
    : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {};

std::vector<std::string> rules() {
  std::vector<std::string> all;
  for (const AggregatorEntry& entry : aggregators()) all.emplace_back(entry.name);
  return all;
}
std::vector<std::string> lies() {
  std::vector<std::string> all;
  for (const AttackEntry& entry : attacks())
    if (entry.lies()) all.emplace_back(entry.name);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Registry, EveryRuleUnderEveryAttack,
                         ::testing::Combine(::testing::ValuesIn(rules()),
                                            ::testing::ValuesIn(lies())),
                         [](const auto& pair) {
                           return std::get<0>(pair.param) + "_" + std::get<1>(pair.param);
                         });

// Where wishes differ no rule is exact: what it can do about a liar is of the size of the box.
TEST_P(EveryRuleUnderEveryAttack, StaysWithTheHonestWhereTheMeanDoesNot) {
  const auto& [rule, attack] = GetParam();
  const Honest robust = after_300_steps(settings_with(rule, attack));
  EXPECT_LT(robust.error(), 2 * robust.diagonal());
  for (const char* strong : {"sign_flip", "random", "ipm", "nan"})
    if (attack == strong) {
      const Honest plain = after_300_steps(settings_with("none", attack));
      EXPECT_FALSE(plain.error() < 10 * plain.diagonal()) << plain.error();
    }
}

// Each coordinate of the median and of the trimmed mean is between two honest values, and so is a
// step towards what an honest node wants: they end inside the box.
TEST(RulesByCoordinate, EndInsideTheBoxOfWhatTheHonestWant) {
  for (const char* rule : {"coordinate_median", "trimmed_mean"})
    for (const std::string& attack : lies()) {
      const Honest end = after_300_steps(settings_with(rule, attack));
      const Eigen::RowVectorXd low = end.v.colwise().minCoeff(), high = end.v.colwise().maxCoeff();
      EXPECT_LT((end.x.rowwise() - high).maxCoeff(), 1e-9) << rule << ", " << attack;
      EXPECT_GT((end.x.rowwise() - low).minCoeff(), -1e-9) << rule << ", " << attack;
    }
}

TEST(Liars, AreCountedByWhomTheyLieTo) {
  Scenario<double> scenario = scenario_of(settings_with("trimmed_mean", "nan"));
  const auto executor = scenario.after(20);
  const MixingReport report = executor->runner(1).mixing();
  ASSERT_EQ(report.neighbors.size(), 6u);
  EXPECT_EQ(report.neighbors[0].neighbor, 0u);
  EXPECT_EQ(report.neighbors[0].steps, 20u);
  EXPECT_EQ(report.neighbors[0].refused, 20u);
  EXPECT_EQ(report.neighbors[1].refused, 0u);
  // Five is no neighbor of node 0: nobody lies to it.
  for (const NeighborTally& tally : executor->runner(5).mixing().neighbors)
    EXPECT_EQ(tally.refused, 0u);
  // The liar has heard nothing but the truth.
  for (const NeighborTally& tally : executor->runner(0).mixing().neighbors)
    EXPECT_EQ(tally.refused, 0u);
}

TEST(Liars, ClippedAndDroppedMoreThanTheHonest) {
  for (const char* rule : {"krum", "centered_clipping", "ubar", "geometric_median"}) {
    Scenario<double> scenario = scenario_of(settings_with(rule, "sign_flip"));
    const auto executor = scenario.after(100);
    const auto tallies = executor->runner(1).mixing().neighbors;
    EXPECT_GE(tallies[0].dropped + tallies[0].clipped, 90u) << rule;
    std::uint64_t least = 100;
    for (const NeighborTally& tally : tallies)
      least = std::min(least, tally.dropped + tally.clipped);
    EXPECT_LT(least, 90u) << rule;
  }
}

TEST(Liars, DrawFromTheirOwnStreams) {
  Settings settings = settings_with("none", "random");
  const auto models = [&] {
    Scenario<double> scenario = scenario_of(settings);
    return state_of(*scenario.after(5), 10);
  };
  const Rows once = models();
  EXPECT_TRUE(models() == once);
  settings.seed = 2;
  EXPECT_FALSE(models() == once);
}

// All want zero and go there in one step: what is left of a neighbor is w times the lie it heard.
TEST(Liars, SayAnotherThingInEachStep) {
  Settings settings = settings_with("none", "random");
  settings.algorithm.step_size = 1;
  const Rows zero = Rows::Zero(10, 6);
  const auto heard = [&](std::uint64_t steps) {
    Scenario<double> scenario(settings, lattice(), kVectors, {}, &zero);
    return Eigen::RowVectorXd(state_of(*scenario.after(steps), 10).row(1));
  };
  const Eigen::RowVectorXd first = heard(1), second = heard(2);
  EXPECT_GT(first.norm(), 0);
  EXPECT_GT((second - first).norm(), 0.1 * first.norm());
}

TEST(Liars, SayTheTruthToEachOther) {
  Settings settings = settings_with("trimmed_mean", "nan", {0, 1});
  settings.mixing.tolerated = 2;
  Scenario<double> scenario = scenario_of(settings);
  const auto executor = scenario.after(5);
  EXPECT_EQ(executor->runner(0).mixing().neighbors[0].neighbor, 1u);
  EXPECT_EQ(executor->runner(0).mixing().neighbors[0].refused, 0u);
  EXPECT_EQ(executor->runner(2).mixing().neighbors[0].refused, 5u);
  EXPECT_EQ(executor->runner(2).mixing().neighbors[1].refused, 5u);
}

// More liars of the visible kind than may lie: no result, and it is said.
TEST(Liars, MoreThanToleratedFailTheRunWhereTheyAreSeen) {
  Scenario<double> scenario = scenario_of(settings_with("coordinate_median", "nan", {0, 1}));
  EXPECT_EQ(scenario.after(50)->runner(4).status(), RunStatus::failed);
}

// Where nobody lies and nothing is to be tolerated, the rules that are linear then are plain
// gossip.
TEST(RobustMixing, WithoutLiarsToTolerateIsPlainGossipBitForBit) {
  Settings plain = settings_with("none", "none"),
           clipped = settings_with("centered_clipping", "none");
  plain.mixing.acceleration = "none";
  plain.mixing.steps = 1;
  plain.topology.weights = clipped.topology.weights = "metropolis";
  clipped.mixing.tolerated = 0;
  Scenario<double> one = scenario_of(plain), two = scenario_of(clipped);
  const Rows expected = state_of(*one.after(30), 10);
  EXPECT_TRUE(state_of(*two.after(30), 10) == expected);
}

TEST(RobustMixing, PromisesNoContraction) {
  Scenario<double> scenario = scenario_of(settings_with("trimmed_mean", "none"));
  const auto executor = scenario.after(5);
  EXPECT_EQ(executor->runner(0).mixing().contraction_promised, -1);
  EXPECT_EQ(executor->runner(0).mixing().steps, 1);
}

// --- what cannot stand is refused, naming key and way out

std::string refused(Settings settings, const Graph& graph = lattice()) {
  settings.topology.nodes = graph.nodes();
  try {
    const std::vector<double> samples(graph.nodes(), 1.0);
    require_runnable(settings, make_mixing(settings, graph, nullptr, samples));
  } catch (const SettingsError& error) {
    return error.what();
  }
  return "";
}

TEST(RobustMixing, RefusesWhatRestsOnALinearW) {
  const Settings fine = settings_with("trimmed_mean", "none");
  EXPECT_EQ(refused(fine), "");
  const auto with = [&](auto change) {
    Settings settings = fine;
    change(settings);
    return refused(settings);
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(with([](Settings& s) { s.mixing.acceleration = "chebyshev"; }), "use \"none\""));
  EXPECT_TRUE(has(with([](Settings& s) { s.mixing.steps = 3; }), "use 1"));
  for (const AlgorithmEntry& entry : algorithms()) {
    if (entry.needs_inputs || entry.mixes_models || entry.needs == GraphNeed::column_stochastic)
      continue;
    const std::string text = with([&](Settings& s) { s.algorithm.kind = std::string(entry.name); });
    EXPECT_TRUE(has(text, "use \"dgd_atc\" or \"dgd_cta\"")) << entry.name << ": " << text;
  }
  EXPECT_TRUE(has(with([](Settings& s) { s.stop.gradient_norm = 1e-6; }), "shared.stop.steps"));
  EXPECT_TRUE(has(with([](Settings& s) { s.topology.spectrum = "gossip"; }), "use \"edges\""));
  EXPECT_TRUE(has(with([](Settings& s) { s.mixing.tolerated = 3; }),
                  "node 0 has 6 neighbors, and \"trimmed_mean\" needs at least 7"));
  EXPECT_TRUE(has(with([](Settings& s) {
                    s.attack.kind = "nan";
                    s.attack.nodes = {12};
                  }),
                  "no node 12"));
  EXPECT_TRUE(has(refused(settings_with("none", "nan", {})), "shared.attack.nodes is missing"));
}

TEST(RobustMixing, RefusesGraphsThatChange) {
  Settings settings = settings_with("krum", "none");
  const auto text = robust_refusal(settings, *find_algorithm("dgd_atc"),
                                   GraphNature::changing_symmetric, nullptr);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("use a static undirected graph"), std::string::npos);
}

TEST(EveryAggregatorEntry, NamesTheLeastNeighborhoodItTakes) {
  for (const AggregatorEntry& entry : aggregators()) {
    Settings settings = settings_with(std::string(entry.name), "none");
    const auto needed = static_cast<std::uint32_t>(entry.least_neighbors(1));
    EXPECT_EQ(refused(settings, graph_of("complete", needed + 1)), "") << entry.name;
    if (needed < 2) continue;
    EXPECT_NE(refused(settings, graph_of("complete", needed)), "") << entry.name;
  }
}

}  // namespace
}  // namespace starling::testing
