#include <gtest/gtest.h>

#include "consensus/aggregators/aggregator.h"
#include "consensus/attacks/attack.h"
#include "tests/node/cluster_of_threads.h"
#include "topology/generators.h"

namespace starling::testing {
namespace {

struct Case {
  std::string aggregator, attack;
  std::vector<std::uint32_t> liars;
  Precision precision;
  std::uint64_t dimension;
  const char* algorithm = "dgd_atc";
};

std::string name_of_case(const Case& c) {
  return c.aggregator + "_" + c.attack + "_d" + std::to_string(c.dimension) + "_" + c.algorithm;
}
std::string name_of(const ::testing::TestParamInfo<Case>& info) { return name_of_case(info.param); }
void PrintTo(const Case& c, std::ostream* out) { *out << name_of_case(c); }

// Every rule under a changing choice of attacks, and every attack on plain gossip; vectors of one
// chunk and of several, which the lies and the rule must wait for.
std::vector<Case> cases() {
  std::vector<Case> all;
  std::vector<std::string> lies;
  for (const AttackEntry& attack : attacks())
    if (attack.lies()) lies.emplace_back(attack.name);
  std::size_t turn = 0;
  const auto precision = [&] { return turn % 2 ? Precision::float32 : Precision::float64; };
  for (const AggregatorEntry& rule : aggregators())
    for (const std::uint64_t dimension : {57u, 20'011u}) {
      all.push_back(
          {std::string(rule.name), lies[turn % lies.size()], {2}, precision(), dimension});
      ++turn;
    }
  for (const std::string& attack : lies) {
    all.push_back({"none", attack, {1, 4}, precision(), 57});
    ++turn;
  }
  all.push_back({"ubar", "alie", {0}, Precision::float64, 57, "dgd_cta"});
  all.push_back({"centered_clipping", "none", {}, Precision::float64, 20'011, "dgd_cta"});
  return all;
}

class LockstepAndSocketsWithLiars : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, LockstepAndSocketsWithLiars, ::testing::ValuesIn(cases()), name_of);

// Six nodes, each with five neighbors: enough for krum to withstand one. Of two liars that are
// neighbors neither waits for the other's lies.
TEST_P(LockstepAndSocketsWithLiars, GiveEveryNodeTheSameBytesAndCounts) {
  const Case& c = GetParam();
  Settings settings;
  settings.precision = c.precision;
  settings.topology.nodes = 6;
  settings.algorithm.kind = c.algorithm;
  settings.mixing.aggregator = c.aggregator;
  settings.attack.kind = c.attack;
  settings.attack.nodes = c.liars;
  settings.stop.steps = 6;
  settings.chunk = 16 * 1024;
  GraphParameters parameters;
  parameters.nodes = 6;
  const Graph graph = make_graph("complete", parameters);
  std::vector<MixingReport> counted;
  const auto expected = c.precision == Precision::float32
                            ? lockstep_models<float>(settings, graph, c.dimension, {}, &counted)
                            : lockstep_models<double>(settings, graph, c.dimension, {}, &counted);
  ThreadCluster cluster(settings, graph, c.dimension);
  cluster.customize = [](NodeId, NetworkOptions& network, ParticipantOptions& participant) {
    network.grace = std::chrono::seconds(60);
    participant.start_limit_s = 120;
  };
  const auto outcomes = cluster.run();
  for (std::uint32_t i = 0; i < 6; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << "node " << i;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << "node " << i;
    const auto& here = outcomes[i].result.mixing.neighbors;
    ASSERT_EQ(here.size(), c.aggregator == "none" ? 0u : 5u);
    for (std::size_t j = 0; j < here.size(); ++j)
      EXPECT_TRUE(here[j] == counted[i].neighbors[j]) << "node " << i << ", neighbor " << j;
  }
}

}  // namespace
}  // namespace starling::testing
