#include <gtest/gtest.h>

#include "tests/node/cluster_of_threads.h"
#include "topology/generators.h"

namespace starling::testing {
namespace {

constexpr NodeId kNodes = 8;
constexpr std::uint64_t kDimension = 57;

Graph uneven_graph() {
  GraphParameters parameters;
  parameters.nodes = kNodes;
  parameters.degree = 2;
  parameters.seed = 3;
  return make_graph("barabasi_albert", parameters);
}

Settings settings_of(const char* algorithm) {
  Settings settings;
  settings.topology.nodes = kNodes;
  settings.algorithm.kind = algorithm;
  settings.stop.steps = 25;
  settings.stop.gradient_norm = 1e-300;
  settings.chunk = 64 * 1024;
  return settings;
}

std::vector<Outcome> live(const Settings& settings, const Graph& graph) {
  ThreadCluster cluster(settings, graph, kDimension);
  // Bits are at stake here, not deadlines: a loaded machine must not look like a death.
  cluster.customize = [](NodeId, NetworkOptions& network, ParticipantOptions& participant) {
    network.grace = std::chrono::seconds(60);
    participant.start_limit_s = 120;
  };
  return cluster.run();
}

// The estimate, the interval that follows, K and every later bit.
TEST(WatchLive, ASpectrumByGossipGivesTheBytesOfLockstep) {
  const Graph graph = uneven_graph();
  Settings settings = settings_of("gradient_tracking");
  settings.topology.spectrum = "gossip";
  const auto expected = lockstep_models<double>(settings, graph, kDimension);
  const auto outcomes = live(settings, graph);
  for (NodeId i = 0; i < kNodes; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << i;
    const MixingReport& mixing = outcomes[i].result.mixing;
    ASSERT_TRUE(mixing.estimate) << i;
    EXPECT_GT(mixing.estimate->gossip_steps, 0u);
    EXPECT_TRUE(mixing.mismatches.empty()) << mixing.mismatches[0].what;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << i;
  }
}

// A promise that is broken, found, and mended on the same step everywhere.
TEST(WatchLive, AFallToTheSafeIntervalGivesTheBytesOfLockstep) {
  const Graph graph = uneven_graph();
  Settings settings = settings_of("exact_diffusion");
  settings.mixing.lambda_2 = 0.3;
  settings.mixing.lambda_n = 0;
  const auto expected = lockstep_models<double>(settings, graph, kDimension);
  const auto outcomes = live(settings, graph);
  for (NodeId i = 0; i < kNodes; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << i;
    const auto& mismatches = outcomes[i].result.mixing.mismatches;
    ASSERT_FALSE(mismatches.empty()) << i;
    EXPECT_EQ(mismatches[0].what, outcomes[0].result.mixing.mismatches[0].what);
    EXPECT_NE(mismatches[0].what.find("on the safe interval"), std::string::npos);
    EXPECT_TRUE(outcomes[i].model == expected[i]) << i;
  }
}

TEST(WatchLive, StopFailsEveryNodeWithTheSentence) {
  const Graph graph = uneven_graph();
  Settings settings = settings_of("exact_diffusion");
  settings.stop.steps = 500;
  settings.mixing.lambda_2 = 0.3;
  settings.mixing.on_mismatch = "stop";
  const auto outcomes = live(settings, graph);
  for (NodeId i = 0; i < kNodes; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << i;
    EXPECT_EQ(outcomes[i].result.status, RunStatus::failed) << i;
    EXPECT_NE(outcomes[i].result.reason.find("does not hold the spectrum"), std::string::npos)
        << outcomes[i].result.reason;
    EXPECT_EQ(outcomes[i].result.steps, outcomes[0].result.steps);
  }
}

}  // namespace
}  // namespace starling::testing
