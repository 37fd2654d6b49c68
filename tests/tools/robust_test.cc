// Real data with one of eight nodes lying: what a user of configs/robust.toml gets.
#include <gtest/gtest.h>

#include "consensus/aggregators/aggregator.h"
#include "consensus/attacks/attack.h"
#include "node/error.h"
#include "tools/sim/simulate.h"

namespace starling {
namespace {

Json run(const std::string& rule, const std::string& attack,
         const std::vector<std::string>& more = {}) {
  ConfigSources sources;
  sources.file = STARLING_SOURCE_DIR "/configs/robust.toml";
  sources.set = {"shared.mixing.aggregator=" + rule, "shared.attack.kind=" + attack,
                 "shared.attack.nodes=3"};
  if (rule == "none") {
    sources.set.push_back("shared.mixing.acceleration=none");
    sources.set.push_back("shared.mixing.steps=1");
  }
  sources.set.insert(sources.set.end(), more.begin(), more.end());
  return simulate(load_config(sources), {});
}

double accuracy(const Json& summary) { return summary["accuracy"]["train"].get<double>(); }

class EveryAggregator : public testing::TestWithParam<std::string> {};
std::vector<std::string> rules() {
  std::vector<std::string> names;
  for (const AggregatorEntry& entry : aggregators()) names.emplace_back(entry.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Registry, EveryAggregator, testing::ValuesIn(rules()),
                         [](const auto& rule) { return rule.param; });

// The honest seven classify as well as without a liar, within one and a half points.
TEST_P(EveryAggregator, KeepsTheAccuracyOfRealDataUnderEveryAttack) {
  static const double undisturbed = accuracy(run("none", "none"));
  EXPECT_GT(undisturbed, 0.98);
  for (const AttackEntry& attack : attacks())
    EXPECT_GT(accuracy(run(GetParam(), std::string(attack.name))), undisturbed - 0.015)
        << attack.name;
}

TEST(PlainGossip, LosesItToOneLiar) {
  for (const char* attack : {"sign_flip", "random"})
    EXPECT_LT(accuracy(run("none", attack)), 0.95) << attack;
  EXPECT_EQ(run("none", "nan")["status"], "failed");
}

TEST(SummaryOfAnAttackedRun, CountsWhatBecameOfEveryNode) {
  const Json summary = run("trimmed_mean", "nan", {"shared.stop.steps=10"});
  EXPECT_EQ(summary["attack"]["nodes"], Json::array({3}));
  const Json& nodes = summary["aggregation"]["nodes"];
  ASSERT_EQ(nodes.size(), 8u);
  EXPECT_EQ(nodes[3]["refused"], 60);  // by six neighbors in ten steps
  EXPECT_EQ(nodes[2]["refused"], 0);
  EXPECT_EQ(nodes[2]["steps"], 60);
  EXPECT_GT(nodes[2]["trimmed_coordinates"], 0);
  EXPECT_EQ(summary["nodes_detail"][0]["mixing"]["aggregation"]["neighbors"].size(), 6u);
  EXPECT_TRUE(summary["contraction"]["predicted"].is_null());
}

// Labels are flipped where the liar learns, not where accuracy is measured.
TEST(LabelFlip, IsMeasuredAgainstTheTrueLabels) {
  EXPECT_GT(accuracy(run("none", "label_flip")), 0.9);
  const Json all = run("none", "label_flip", {"shared.stop.steps=0"});
  const Json truth = run("none", "none", {"shared.stop.steps=0"});
  EXPECT_EQ(accuracy(all), accuracy(truth));
}

std::string refused(const std::vector<std::string>& set) {
  try {
    run("trimmed_mean", "none", set);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(Attacks, ThatCannotBeAreRefusedInOneLine) {
  for (const auto& [set, part] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"shared.attack.kind=sign_flop"}, "sign_flip"},
           {{"shared.attack.kind=nan", "shared.attack.nodes=8"}, "no node 8"},
           {{"shared.attack.kind=nan", "shared.attack.nodes=1,"}, "between commas"},
           {{"shared.attack.kind=nan", "shared.attack.nodes=1 2"}, "between commas"},
           {{"shared.attack.kind=nan", "shared.attack.nodes="}, "shared.attack.nodes is missing"},
           {{"shared.attack.kind=nan", "shared.attack.nodes=0,1,2,3,4,5,6,7"}, "nobody is left"},
           {{"shared.mixing.radius=2"}, "centered_clipping"},
           {{"shared.mixing.tolerated=3"}, "needs at least 7"},
           {{"shared.algorithm.kind=mudag"}, "dgd_atc"}}) {
    const std::string message = refused(set);
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace starling
