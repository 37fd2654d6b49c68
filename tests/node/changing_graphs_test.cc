#include <gtest/gtest.h>

#include "tests/node/cluster_of_threads.h"
#include "tests/node/cutting_transport.h"
#include "topology/digraph_generators.h"
#include "topology/schedules/static.h"
#include "topology/weights/directed_rules.h"

namespace starling::testing {
namespace {

struct Case {
  const char* kind;  // a schedule, or a directed graph with the weights of `rule`
  const char* rule;
  const char* algorithm;
  std::uint32_t nodes;
  int steps;  // of one mix; 0: auto
  Precision precision;
  std::uint64_t dimension;
};

std::string name_of_case(const Case& c) {
  return std::string(c.kind) + "_" + c.algorithm + "_n" + std::to_string(c.nodes) + "_K" +
         std::to_string(c.steps) + (c.precision == Precision::float32 ? "_f32_d" : "_f64_d") +
         std::to_string(c.dimension);
}
std::string name_of(const ::testing::TestParamInfo<Case>& info) { return name_of_case(info.param); }
void PrintTo(const Case& c, std::ostream* out) { *out << name_of_case(c); }

// Small vectors, and vectors of several chunks that travel without a copy.
std::vector<Case> cases() {
  const char* tracking = "gradient_tracking";
  std::vector<Case> all;
  const std::tuple<const char*, const char*, const char*, std::uint32_t> graphs[] = {
      {"base_graph", "", tracking, 5},
      {"base_graph", "", tracking, 7},
      {"one_peer_exponential", "", tracking, 8},
      {"one_peer_exponential", "", tracking, 6},
      {"random_matching", "", tracking, 7},
      {"ou_equidyn", "", "dgd_atc", 5},
      {"directed_exponential", "doubly_stochastic", tracking, 6},
      {"directed_ring", "column_stochastic", "push_diging", 4},
  };
  for (const auto& [kind, rule, algorithm, nodes] : graphs)
    for (const int steps : {1, 0})
      for (const auto& [precision, dimension] :
           {std::pair{Precision::float64, 57u}, {Precision::float32, 100'003u}})
        all.push_back({kind, rule, algorithm, nodes, steps, precision, dimension});
  return all;
}

std::shared_ptr<const Schedule> schedule_of(const Case& c) {
  GraphParameters parameters;
  parameters.nodes = c.nodes;
  if (c.kind == std::string("base_graph")) parameters.degree = 1;
  if (!*c.rule) return make_schedule(c.kind, parameters);
  return std::make_unique<StaticSchedule>(
      make_directed_matrix(c.rule, make_digraph(c.kind, parameters)));
}

Settings settings_of(const Case& c, std::uint64_t steps) {
  Settings settings;
  settings.precision = c.precision;
  settings.topology.nodes = c.nodes;
  settings.mixing.steps = c.steps;
  settings.algorithm.kind = c.algorithm;
  settings.stop.steps = steps;
  if (c.algorithm != std::string("push_diging")) settings.stop.gradient_norm = 1e-300;
  settings.chunk = 64 * 1024;
  return settings;
}

std::vector<std::vector<std::byte>> expected_of(const Case& c, const Settings& settings,
                                                const std::shared_ptr<const Schedule>& schedule) {
  const Graph links = schedule->links();
  return c.precision == Precision::float32
             ? lockstep_models<float>(settings, links, c.dimension, schedule)
             : lockstep_models<double>(settings, links, c.dimension, schedule);
}

class ChangingGraphs : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, ChangingGraphs, ::testing::ValuesIn(cases()), name_of);

TEST_P(ChangingGraphs, GiveTheSameBytesInLockstepAndOverSockets) {
  const Case& c = GetParam();
  const auto schedule = schedule_of(c);
  const Settings settings = settings_of(c, 9);
  const auto expected = expected_of(c, settings, schedule);
  ThreadCluster cluster(settings, schedule->links(), c.dimension);
  cluster.schedule = schedule;
  cluster.customize = [](NodeId, NetworkOptions& network, ParticipantOptions& participant) {
    network.grace = std::chrono::seconds(60);
    participant.start_limit_s = 120;
  };
  const auto outcomes = cluster.run();
  for (NodeId i = 0; i < c.nodes; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << "node " << i;
    EXPECT_EQ(outcomes[i].result.steps, 9u) << "node " << i;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << "node " << i;
  }
}

// What a node told one neighbor in one round may be asked for again rounds later: a cut link of a
// changing graph needs older values than a static one.
TEST_P(ChangingGraphs, LoseNothingWhenConnectionsAreCut) {
  const Case& c = GetParam();
  const auto schedule = schedule_of(c);
  const Settings settings = settings_of(c, 40);
  const auto expected = expected_of(c, settings, schedule);
  ThreadCluster cluster(settings, schedule->links(), c.dimension);
  cluster.schedule = schedule;
  std::atomic<int> cuts{0};
  for (const NodeId i : {0u, 2u, 3u})
    cluster.wrap(i, [&](std::unique_ptr<Transport> inner) {
      return std::make_unique<CuttingTransport>(std::move(inner), 23, cuts);
    });
  cluster.customize = [](NodeId, NetworkOptions& network, ParticipantOptions& participant) {
    network.grace = std::chrono::seconds(30);
    participant.start_limit_s = 120;
  };
  const auto outcomes = cluster.run();
  EXPECT_GE(cuts, 3);
  for (NodeId i = 0; i < c.nodes; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << "node " << i;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << "node " << i;
  }
}

}  // namespace
}  // namespace starling::testing
