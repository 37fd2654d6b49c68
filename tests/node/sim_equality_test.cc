#include <gtest/gtest.h>

#include "tests/node/simulated.h"

namespace starling::testing {
namespace {

struct Case {
  const char* name;
  const char* toml;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// Small vectors in one frame, vectors of several chunks, and chunks that travel without a copy;
// K = 1 and more, plain and accelerated, static graphs, schedules and directed ones.
const Case kCases[] = {
    {"tracking_ring_chebyshev", R"(
[shared]
chunk = 128
[shared.objective]
kind = "reference_quadratic"
dimension = 57
[shared.topology]
kind = "ring"
nodes = 5
[shared.mixing]
acceleration = "chebyshev"
steps = 4
[shared.algorithm]
kind = "gradient_tracking"
[shared.stop]
steps = 12
gradient_norm = 1e-300
)"},
    {"exact_diffusion_float32", R"(
[shared]
precision = "float32"
[shared.objective]
kind = "reference_quadratic"
dimension = 10
[shared.topology]
kind = "star"
nodes = 6
[shared.mixing]
acceleration = "none"
steps = 1
[shared.algorithm]
kind = "exact_diffusion"
[shared.stop]
steps = 20
)"},
    {"mudag_to_its_target", R"(
[shared.objective]
kind = "reference_logistic"
[shared.topology]
kind = "torus"
nodes = 9
[shared.algorithm]
kind = "mudag"
[shared.stop]
gradient_norm = 1e-6
)"},
    {"average_of_large_vectors", R"(
[shared]
chunk = 65536
[shared.objective]
kind = "vectors"
random = 100003
[shared.topology]
kind = "barabasi_albert"
degree = 2
seed = 3
nodes = 8
[shared.mixing]
steps = 3
[shared.algorithm]
kind = "average"
[shared.stop]
steps = 3
)"},
    {"one_peer_exponential", R"(
[shared]
chunk = 128
[shared.objective]
kind = "reference_quadratic"
dimension = 57
[shared.topology]
kind = "one_peer_exponential"
nodes = 6
[shared.mixing]
acceleration = "none"
[shared.algorithm]
kind = "gradient_tracking"
[shared.stop]
steps = 15
gradient_norm = 1e-300
)"},
    {"base_graph", R"(
[shared.objective]
kind = "reference_logistic"
[shared.topology]
kind = "base_graph"
degree = 1
nodes = 7
[shared.mixing]
acceleration = "none"
[shared.algorithm]
kind = "gradient_tracking"
[shared.stop]
steps = 15
gradient_norm = 1e-300
)"},
    {"push_diging", R"(
[shared.objective]
kind = "reference_logistic"
[shared.topology]
kind = "directed_ring"
weights = "column_stochastic"
nodes = 4
[shared.algorithm]
kind = "push_diging"
[shared.stop]
steps = 15
)"},
    {"alone", R"(
[shared.objective]
kind = "reference_quadratic"
[shared.topology]
kind = "complete"
nodes = 1
[shared.algorithm]
kind = "gradient_tracking"
[shared.stop]
steps = 5
)"},
};

class LockstepAndTheSimulatedNetwork : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, LockstepAndTheSimulatedNetwork, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(LockstepAndTheSimulatedNetwork, GiveEveryNodeTheSameBytes) {
  const Config config = config_of(GetParam().toml);
  const auto expected = lockstep_bytes(config);
  FaultPlan slow = plain_plan(static_cast<NodeId>(expected.size()));
  slow.gradient_s = 0.003;
  for (const FaultPlan& plan : {plain_plan(static_cast<NodeId>(expected.size())), slow}) {
    const SimOutcome outcome = simulate(config, plan);
    EXPECT_EQ(outcome.stuck, "");
    for (NodeId i = 0; i < expected.size(); ++i) {
      EXPECT_NE(outcome.nodes[i].code, 4) << outcome.nodes[i].reason;
      EXPECT_EQ(outcome.nodes[i].reason, "") << "node " << i;
      EXPECT_TRUE(outcome.nodes[i].model == expected[i]) << "node " << i;
    }
  }
}

TEST(OneSeed, GivesOneTraceAndAnotherGivesAnother) {
  const Config config = config_of(kCases[0].toml);
  FaultPlan plan = plain_plan(5);
  plan.link.jitter = LinkModel::Jitter::exponential;
  plan.link.jitter_s = 0.002;
  plan.link.loss = 0.01;
  const SimOutcome one = simulate(config, plan, 17), again = simulate(config, plan, 17),
                   other = simulate(config, plan, 18);
  EXPECT_EQ(one.trace_hash, again.trace_hash);
  EXPECT_EQ(one.virtual_s, again.virtual_s);
  EXPECT_NE(one.trace_hash, other.trace_hash);
  EXPECT_TRUE(one.nodes[3].model == other.nodes[3].model) << "delays change no bit";
}

}  // namespace
}  // namespace starling::testing
