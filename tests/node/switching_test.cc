#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "node/config/switch_plan.h"
#include "node/error.h"
#include "node/setup/configured_graph.h"
#include "node/views/switching.h"
#include "tests/node/cluster_of_threads.h"
#include "tests/node/cutting_transport.h"
#include "tests/node/temporary_folder.h"
#include "topology/generators.h"

namespace starling::testing {
namespace {

constexpr std::uint32_t kNodes = 8;
constexpr std::uint64_t kDimension = 57;

Settings tracking(std::uint64_t steps) {
  Settings settings;
  settings.topology.nodes = kNodes;
  settings.topology.weights = "metropolis";
  settings.mixing.acceleration = "none";
  settings.mixing.steps = 2;
  settings.algorithm.kind = "gradient_tracking";
  settings.stop.steps = steps;
  settings.stop.gradient_norm = 1e-300;
  return settings;
}

Graph ring() {
  GraphParameters parameters;
  parameters.nodes = kNodes;
  return make_graph("ring", parameters);
}

// The models of lockstep, which switches at the step at which the cluster did.
std::vector<std::vector<std::byte>> expected_of(const Settings& settings, const std::string& text,
                                                std::uint64_t at_step) {
  std::vector<Objective> objectives;
  std::vector<Objective*> pointers;
  for (NodeId i = 0; i < kNodes; ++i) objectives.push_back(make_bowl(settings, i, kDimension));
  for (Objective& objective : objectives) pointers.push_back(&objective);
  const std::vector<double> samples(kNodes, 1.0);
  const auto agreed = [&](const Settings& wanted, const Graph& graph,
                          std::shared_ptr<const Schedule> schedule) {
    const Mixing mixing = make_mixing(wanted, graph, std::move(schedule), samples);
    std::vector<NodeRecord> records;
    for (NodeId i = 0; i < kNodes; ++i)
      records.push_back(propose(wanted, mixing, constants_of(objectives[i]), i));
    return agree(wanted, mixing, records);
  };
  const Settings then = switched_settings(settings, text);
  const ConfiguredTopology topology = configured_topology(then.topology);
  auto planned = std::make_shared<PlannedSwitch>();
  planned->digest = 1;
  planned->at_step = at_step;
  planned->agreement = agreed(then, topology.graph, topology.schedule);
  Lockstep<double> lockstep(settings, agreed(settings, ring(), nullptr), pointers);
  lockstep.plan_switches({planned});
  lockstep.run();
  std::vector<std::vector<std::byte>> models;
  for (NodeId i = 0; i < kNodes; ++i) models.push_back(ThreadCluster::bytes_of(lockstep.model(i)));
  return models;
}

struct Case {
  const char* name;
  const char* text;
  bool cut;  // connections are cut all the while
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const Case kCases[] = {
    {"to_a_torus", "[shared.topology]\nkind = \"torus\"\nweights = \"fdla\"\n", false},
    {"to_other_weights", "[shared.topology]\nkind = \"ring\"\nweights = \"best_constant\"\n",
     false},
    {"to_a_schedule", "[shared.topology]\nkind = \"one_peer_exponential\"\n", false},
    {"to_fewer_edges",
     "[shared.topology]\nkind = \"path\"\nweights = \"metropolis\"\n[shared.mixing]\n"
     "acceleration = \"chebyshev\"\nsteps = 3\n",
     false},
    {"to_a_torus_over_cut_links", "[shared.topology]\nkind = \"torus\"\n", true},
};

class ARunningCluster : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Switches, ARunningCluster, ::testing::ValuesIn(kCases),
                         [](const auto& entry) { return std::string(entry.param.name); });

// One node reads the request; all switch on one step, and no bit differs from lockstep's.
TEST_P(ARunningCluster, SwitchesOnOneStepOnAllNodes) {
  const Case& c = GetParam();
  const TemporaryFolder folder;
  const std::string file = folder.file("next.toml");
  std::ofstream(file) << c.text;
  const Settings settings = tracking(4000);
  ThreadCluster cluster(settings, ring(), kDimension);
  std::atomic<int> cuts{0};
  if (c.cut)
    for (const NodeId i : {1u, 4u})
      cluster.wrap(i, [&](std::unique_ptr<Transport> inner) {
        return std::make_unique<CuttingTransport>(std::move(inner), 997, cuts);
      });
  cluster.customize = [&](NodeId i, NetworkOptions& network, ParticipantOptions& participant) {
    network.grace = std::chrono::seconds(60);
    participant.start_limit_s = 120;
    if (i == 3) participant.switch_request = [file] { return request_in(file); };
  };
  const auto outcomes = cluster.run();
  ASSERT_EQ(outcomes[0].error, "");
  ASSERT_EQ(outcomes[0].result.switches.size(), 1u);
  const std::uint64_t step = outcomes[0].result.switches[0].step;
  const auto expected = expected_of(settings, c.text, step);
  for (NodeId i = 0; i < kNodes; ++i) {
    EXPECT_EQ(outcomes[i].error, "") << "node " << i;
    ASSERT_EQ(outcomes[i].result.switches.size(), 1u) << "node " << i;
    EXPECT_EQ(outcomes[i].result.switches[0].step, step) << "node " << i;
    EXPECT_EQ(outcomes[i].result.steps, 4000u) << "node " << i;
    EXPECT_TRUE(outcomes[i].model == expected[i]) << "node " << i;
  }
}

// What cannot be run is said, and nothing changes.
TEST(ARequestThatCannotBeRun, IsRefusedAndTheRunGoesOn) {
  const TemporaryFolder folder;
  const std::string file = folder.file("next.toml");
  std::ofstream(file) << "[shared.topology]\nkind = \"torsu\"\n";
  const Settings settings = tracking(3000);
  ThreadCluster cluster(settings, ring(), kDimension);
  std::mutex guard;
  std::vector<std::string> said;
  cluster.customize = [&](NodeId i, NetworkOptions& network, ParticipantOptions& participant) {
    network.grace = std::chrono::seconds(60);
    participant.start_limit_s = 120;
    if (i != 0) return;
    participant.switch_request = [file] { return request_in(file); };
    participant.say = [&](const std::string& text) {
      const std::lock_guard lock(guard);
      said.push_back(text);
    };
  };
  const auto outcomes = cluster.run();
  ASSERT_FALSE(said.empty());
  EXPECT_NE(said[0].find("switch refused"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("torus"), std::string::npos) << said[0];
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.error, "");
    EXPECT_TRUE(outcome.result.switches.empty());
  }
}

TEST(ARobustRule, IsNeitherSwitchedToNorAwayFrom) {
  Settings settings = tracking(10);
  const auto refused = [&](const std::string& text) -> std::string {
    try {
      switched_settings(settings, text);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  const std::string to_complete = "[shared.topology]\nkind = \"complete\"\n";
  EXPECT_EQ(refused(to_complete), "");
  EXPECT_NE(refused(to_complete + "[shared.mixing]\naggregator = \"krum\"\n").find("\"krum\""),
            std::string::npos);
  settings.mixing.aggregator = "ubar";
  EXPECT_NE(refused(to_complete).find("\"ubar\""), std::string::npos);
  settings.mixing.aggregator = "none";
  settings.attack = {"nan", {1}};
  EXPECT_NE(refused(to_complete).find("shared.attack.kind"), std::string::npos);
}

}  // namespace
}  // namespace starling::testing
