#include <gtest/gtest.h>

#include "tests/node/cluster_of_threads.h"
#include "tests/node/cutting_transport.h"
#include "tests/node/flipping_transport.h"
#include "topology/generators.h"

namespace starling::testing {
namespace {

Settings tracking(std::uint32_t nodes, std::uint64_t steps) {
  Settings settings;
  settings.topology.nodes = nodes;
  settings.mixing.acceleration = "chebyshev";
  settings.mixing.steps = 4;
  settings.algorithm.kind = "gradient_tracking";
  settings.stop.steps = steps;
  settings.stop.gradient_norm = 1e-300;
  settings.chunk = 64 * 1024;
  return settings;
}

Graph ring(std::uint32_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  return make_graph("ring", parameters);
}

// Long before a link counts as dead; the sanitizer builds are slow.
void be_patient(NodeId, NetworkOptions& network, ParticipantOptions&) {
  network.grace = std::chrono::seconds(6);
}

// Several chunks a vector, and small vectors: zero-copy frames and copied ones.
class ConnectionsThatAreCut : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Dimensions, ConnectionsThatAreCut, ::testing::Values(57u, 60'000u));

TEST_P(ConnectionsThatAreCut, LoseNothingAndChangeNoBit) {
  const Settings settings = tracking(5, 12);
  const Graph graph = ring(5);
  const auto expected = lockstep_models<double>(settings, graph, GetParam());
  ThreadCluster cluster(settings, graph, GetParam());
  std::atomic<int> cuts{0};
  for (NodeId i :
       {0u, 2u, 4u})  // a node that only dials, one that does both, one that only listens
    cluster.wrap(i, [&](std::unique_ptr<Transport> inner) {
      return std::make_unique<CuttingTransport>(std::move(inner), 61, cuts);
    });
  cluster.customize = be_patient;
  const auto outcomes = cluster.run();
  EXPECT_GE(cuts, 10);
  for (NodeId i = 0; i < 5; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << "node " << i;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << "node " << i;
  }
}

// Whatever a bit makes of a header, another stream, another view, a position said before, what it
// carried is missed and sent again, even where everybody waits for just this frame.
TEST(BitsThatFlip, LoseNothingAndChangeNoBit) {
  const Settings settings = tracking(5, 40);
  const Graph graph = ring(5);
  const auto expected = lockstep_models<double>(settings, graph, 57);
  ThreadCluster cluster(settings, graph, 57);
  std::atomic<int> flips{0};
  for (NodeId i = 0; i < 5; ++i)
    cluster.wrap(i, [&flips, i](std::unique_ptr<Transport> inner) {
      return std::make_unique<FlippingTransport>(std::move(inner), i, 10, flips);
    });
  cluster.customize = be_patient;
  const auto outcomes = cluster.run();
  EXPECT_GE(flips, 100);
  for (NodeId i = 0; i < 5; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << "node " << i;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << "node " << i;
  }
}

}  // namespace
}  // namespace starling::testing
