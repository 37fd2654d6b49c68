#include <gtest/gtest.h>

#include "tests/node/cluster_of_threads.h"
#include "topology/generators.h"

namespace starling::testing {
namespace {

struct Case {
  const char* algorithm;
  const char* acceleration;
  Precision precision;
  std::uint32_t nodes;
  std::uint64_t dimension;
};

std::string name_of_case(const Case& c) {
  return std::string(c.algorithm) + "_" + c.acceleration +
         (c.precision == Precision::float32 ? "_f32" : "_f64") + "_n" + std::to_string(c.nodes) +
         "_d" + std::to_string(c.dimension);
}
std::string name_of(const ::testing::TestParamInfo<Case>& info) { return name_of_case(info.param); }
void PrintTo(const Case& c, std::ostream* out) { *out << name_of_case(c); }

// The slow sweep is this file again, with a million coordinates.
std::vector<std::uint64_t> dimensions() {
#ifdef STARLING_LARGE_DIMENSION
  return {STARLING_LARGE_DIMENSION};
#else
  return {1, 57, 100'003};
#endif
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* algorithm : {"gradient_tracking", "exact_diffusion", "mudag"})
    for (const char* acceleration : {"none", "chebyshev"})
      for (const Precision precision : {Precision::float32, Precision::float64})
        for (const std::uint32_t nodes : {1u, 2u, 5u, 8u})
          for (const std::uint64_t dimension : dimensions()) {
            if (!find_algorithm(algorithm)) continue;
            all.push_back({algorithm, acceleration, precision, nodes, dimension});
          }
  return all;
}

// A ring; with eight nodes a graph of uneven degrees.
Graph graph_of(std::uint32_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  if (nodes < 8) return make_graph(nodes > 2 ? "ring" : "complete", parameters);
  parameters.degree = 2;
  parameters.seed = 3;
  return make_graph("barabasi_albert", parameters);
}

class LockstepAndSockets : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, LockstepAndSockets, ::testing::ValuesIn(cases()), name_of);

TEST_P(LockstepAndSockets, GiveEveryNodeTheSameBytes) {
  const Case& c = GetParam();
  Settings settings;
  settings.precision = c.precision;
  settings.topology.nodes = c.nodes;
  settings.mixing.acceleration = c.acceleration;
  settings.mixing.steps = c.acceleration == std::string("none") ? 1 : 5;
  settings.algorithm.kind = c.algorithm;
  settings.stop.steps = 7;
  settings.stop.gradient_norm = 1e-300;  // the monitor's mixes and the ride are under way, too
  settings.chunk = 64 * 1024;
  // Uneven degrees at 8.
  const Graph graph = graph_of(c.nodes);
  const auto expected = c.precision == Precision::float32
                            ? lockstep_models<float>(settings, graph, c.dimension)
                            : lockstep_models<double>(settings, graph, c.dimension);
  ThreadCluster cluster(settings, graph, c.dimension);
  // Bits are at stake here, not deadlines: a loaded machine must not look like a death.
  cluster.customize = [](NodeId, NetworkOptions& network, ParticipantOptions& participant) {
    network.grace = std::chrono::seconds(60);
    participant.start_limit_s = 120;
  };
  const auto outcomes = cluster.run();
  for (std::uint32_t i = 0; i < c.nodes; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << "node " << i;
    EXPECT_EQ(outcomes[i].result.steps, 7u) << "node " << i;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << "node " << i;
  }
}

}  // namespace
}  // namespace starling::testing
