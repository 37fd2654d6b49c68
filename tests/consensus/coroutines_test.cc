#include <gtest/gtest.h>

#include <deque>

#include "consensus/monitor.h"
#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;

// A host that finishes what it is given only when told to, one operation at a time: a graph of one
// node, or a network as slow as a test needs.
class ManualHost final : public Host<double> {
 public:
  void start_mix(MixOperation<double>& operation) override { mixes.push_back(&operation); }
  void filled(MixOperation<double>&, std::size_t) override {}
  void start_gradient(GradientOperation<double>& operation) override {
    if (at_once) return finish(operation);
    gradients.push_back(&operation);
  }
  void finish(GradientOperation<double>& operation) {
    operation.result = operation.at;  // of |x|^2 / 2
    if (error) operation.error = std::make_exception_ptr(std::runtime_error(error));
    peer->finish(operation);
  }
  // One event: resumes a coroutine, or finishes one operation, or starts the next step.
  bool step() {
    if (!peer->ready().empty()) {
      const auto next = peer->ready().front();
      peer->ready().pop_front();
      next.resume();
    } else if (!gradients.empty()) {
      finish(*std::exchange(gradients.front(), gradients.back()));
      gradients.pop_front();
    } else if (!mixes.empty()) {
      MixOperation<double>& operation = *mixes.front();
      mixes.pop_front();
      operation.result.swap(operation.y[0]);
      peer->finish(operation);
      peer->release(operation);
    } else if (peer->parked()) {
      peer->unpark(true);
    } else {
      return false;
    }
    return true;
  }

  Peer<double>* peer = nullptr;
  bool at_once = false;
  const char* error = nullptr;
  std::deque<MixOperation<double>*> mixes;
  std::deque<GradientOperation<double>*> gradients;
};

// One node alone, its program and its host.
struct Alone {
  explicit Alone(std::uint64_t dimension = 3) : peer(agreement(), dimension, 2, pool, host) {
    host.peer = &peer;
    peer.state("x").setConstant(1);
  }
  static const Agreement& agreement() {
    static const Agreement one = [] {
      const Settings settings = settings_of("exact_diffusion", 0.1);
      const MixingMatrix matrix = make_mixing_matrix("metropolis", graph_of("path", 1));
      const std::vector<NodeRecord> records{propose(settings, matrix, {1, 0.1, 1, 0.1})};
      return agree(settings, matrix, records);
    }();
    return one;
  }
  Pool pool;
  ManualHost host;
  Peer<double> peer;
};

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryAlgorithm,
                         ::testing::ValuesIn(algorithms().begin(), algorithms().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

// AddressSanitizer sees what is used after its end; the pool asserts that no buffer is left.
TEST_P(EveryAlgorithm, MayBeDestroyedWhereverItIsSuspended) {
  for (int events = 0; events < 40; ++events) {
    Alone alone;
    Program program = GetParam().make(alone.peer);
    program.handle().resume();
    for (int e = 0; e < events; ++e) alone.host.step();
    program.rethrow();
    EXPECT_FALSE(program.done());
    program = Program();
  }
}

Program look_for_ever(Peer<double>& self) {
  auto& x = self.state("x");
  while (co_await self.next_step()) {
    const auto report = co_await look(self);
    x *= report.change;
  }
}

TEST(Monitor, MayBeDestroyedWhereverItIsSuspended) {
  for (int events = 0; events < 40; ++events) {
    Alone alone;
    Program program = look_for_ever(alone.peer);
    program.handle().resume();
    for (int e = 0; e < events; ++e) alone.host.step();
  }
}

Task<double> first_value(Peer<double>& self, Vector<double>& x) {
  auto& g = self.state("g");
  g = co_await self.gradient(x);
  co_return g[0];
}
Task<double> nested(Peer<double>& self, Vector<double>& x) {
  auto& g = self.state("g");
  const double value = co_await first_value(self, x);
  co_return value + g[0];
}
double sum_of_helpers = 0;
Program helpers_for_ever(Peer<double>& self) {
  auto& x = self.state("x");
  for (;;) sum_of_helpers += co_await nested(self, x);
}
Program a_million_helpers(Peer<double>& self) {
  auto& x = self.state("x");
  for (int k = 0; k < 1'000'000; ++k) sum_of_helpers += co_await nested(self, x);
  x.setConstant(sum_of_helpers);
}

TEST(Task, AMillionHelpersThatEndAtOnceNeedNoStack) {
  Alone alone(1);
  alone.host.at_once = true;
  sum_of_helpers = 0;
  const Program program = a_million_helpers(alone.peer);
  program.handle().resume();
  EXPECT_TRUE(program.done());
  EXPECT_EQ(sum_of_helpers, 2e6);
}

TEST(Task, HelpersThatWaitResumeTheirParentsInOrder) {
  Alone alone(1);
  sum_of_helpers = 0;
  const Program program = helpers_for_ever(alone.peer);
  program.handle().resume();
  for (int e = 0; e < 200'000; ++e) alone.host.step();
  EXPECT_EQ(sum_of_helpers, 2e5);
}

Program awaits_a_failing_helper(Peer<double>& self) {
  auto& x = self.state("x");
  try {
    sum_of_helpers = co_await nested(self, x);
  } catch (const std::runtime_error& error) {
    sum_of_helpers = std::string(error.what()) == "broken" ? -1 : -2;
  }
}
TEST(Task, ErrorsPassThroughHelpersAndCanBeCaught) {
  for (const bool at_once : {true, false}) {
    Alone alone;
    alone.host.error = "broken";
    alone.host.at_once = at_once;
    sum_of_helpers = 0;
    const Program program = awaits_a_failing_helper(alone.peer);
    program.handle().resume();
    while (!program.done() && alone.host.step()) {
    }
    EXPECT_EQ(sum_of_helpers, -1);
  }
}

Program abandons_a_gradient(Peer<double>& self) {
  auto& x = self.state("x");
  { const auto abandoned = self.gradient(x); }
  while (co_await self.next_step()) x = co_await self.mix(x);
}
TEST(Operation, AnErrorNobodyAwaitsIsSeenInNextStep) {
  for (const bool at_once : {true, false}) {
    Alone alone;
    alone.host.error = "broken";
    alone.host.at_once = at_once;
    const Program program = abandons_a_gradient(alone.peer);
    program.handle().resume();
    while (!program.done() && alone.host.step()) {
    }
    EXPECT_THROW(program.rethrow(), std::runtime_error);
  }
}

Program overwrites_x(Peer<double>& self) {
  auto& x = self.state("x");
  auto gradient = self.gradient(x);
  auto mixing = self.mix(2 * x);
  x.setConstant(-7);
  x = (co_await mixing) + (co_await gradient);
}
TEST(Operation, OwnsItsInput) {
  Alone alone;
  const Program program = overwrites_x(alone.peer);
  program.handle().resume();
  while (!program.done() && alone.host.step()) {
  }
  EXPECT_EQ(alone.peer.state("x"), Eigen::VectorXd::Constant(3, 3));
}

// --- lockstep that cannot go on ---------------------------------------------------------------

Program mixes_on_even_inputs_only(Peer<double>& self) {
  auto& x = self.state("x");
  x = co_await self.gradient(x);  // -v_i
  while (co_await self.next_step())
    if (x[0] == 0) x = co_await self.mix(x);
}
Program leaves_early_on_odd_inputs(Peer<double>& self) {
  auto& x = self.state("x");
  x = co_await self.gradient(x);
  const bool odd = x[0] != 0;
  while (co_await self.next_step()) {
    x = co_await self.mix(x);
    if (odd) co_return;
  }
}
Program mixes_vectors_of_two_lengths(Peer<double>& self) {
  auto& x = self.state("x");
  x = co_await self.gradient(x);
  while (co_await self.next_step()) x = co_await self.mix(x.head(x[0] == 0 ? 2 : 1));
}

std::string complaint_of(Program (*program)(Peer<double>&)) {
  Rows inputs = Rows::Zero(4, 2);
  inputs(1, 0) = inputs(2, 0) = 9;
  Scenario<double> scenario(settings_of("average", 0, "none", 1), graph_of("ring", 4),
                            R"({"kind":"vectors"})", {}, &inputs);
  AlgorithmEntry own = *find_algorithm("average");
  own.make_double = program;
  const auto executor = scenario.start(&own);
  try {
    executor->run();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(Lockstep, ThatCannotGoOnNamesWhoMixesNoMore) {
  const std::string text = complaint_of(mixes_on_even_inputs_only);
  EXPECT_NE(text.find("mix 0"), std::string::npos) << text;
  EXPECT_NE(text.find("node 1 has ended"), std::string::npos) << text;
  EXPECT_NE(text.find("node 2 has ended"), std::string::npos) << text;
  EXPECT_EQ(text.find("node 0"), std::string::npos) << text;
}

TEST(Lockstep, ThatCannotGoOnNamesWhoseProgramHasEnded) {
  const std::string text = complaint_of(leaves_early_on_odd_inputs);
  EXPECT_NE(text.find("mix 1"), std::string::npos) << text;
  EXPECT_NE(text.find("node 1 has returned from its algorithm"), std::string::npos) << text;
  EXPECT_NE(text.find("node 2 has returned from its algorithm"), std::string::npos) << text;
}

TEST(Lockstep, RefusesMixesOfDifferentLengths) {
  EXPECT_NE(complaint_of(mixes_vectors_of_two_lengths).find("different mixes"), std::string::npos);
}

}  // namespace
}  // namespace starling
