#include "consensus/watch.h"

#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;

// The same words on every node, at the same step.
template <class Real>
const std::vector<Mismatch>& common_mismatches(Lockstep<Real>& executor, NodeId nodes) {
  const auto& first = executor.runner(0).mismatches();
  for (NodeId i = 1; i < nodes; ++i) {
    const auto& mine = executor.runner(i).mismatches();
    EXPECT_EQ(mine.size(), first.size()) << i;
    for (std::size_t m = 0; m < std::min(mine.size(), first.size()); ++m) {
      EXPECT_EQ(mine[m].step, first[m].step) << i;
      EXPECT_EQ(mine[m].what, first[m].what) << i;
    }
  }
  return first;
}

template <class Real>
void never_doubts() {
  for (const auto& [name, graph] : spread_of_graphs())
    for (const char* acceleration : {"none", "chebyshev"})
      for (const int steps : {0, 1, 2, 7, 60})
        for (const bool weighed : {false, true}) {
          Settings settings = settings_of("dgd_atc", 0, acceleration, steps);
          settings.stop.steps = 120;
          settings.stop.gradient_norm = steps == 2 ? 1e-300 : 0;
          settings.seed = 3 + static_cast<std::uint64_t>(steps);
          if (steps != 7) settings.topology.weights = "data_weighted";  // 7: the fastest
          Scenario<Real> scenario(settings, graph, kQuadratic,
                                  weighed ? uneven_samples(graph.nodes()) : std::vector<double>{});
          auto executor = scenario.start();
          executor->run();
          for (const Mismatch& m : common_mismatches(*executor, graph.nodes()))
            ADD_FAILURE() << name << " " << acceleration << " K=" << steps << " step " << m.step
                          << ": " << m.what;
        }
}
TEST(Watch, NeverDoubtsAPromiseThatHolds) { never_doubts<double>(); }
TEST(Watch, NeverDoubtsAPromiseThatHoldsInFloat32) { never_doubts<float>(); }

// Chebyshev's contraction is attained at the ends of the spectrum, where the probe goes.
TEST(Watch, MeasuresWhatAMixReallyContractsBy) {
  for (const char* kind : {"ring", "path", "grid", "torus", "star", "barbell"})
    for (const int steps : {1, 3, 8}) {
      Settings settings = settings_of("dgd_atc", 0, "chebyshev", steps);
      settings.stop.steps = 400;
      settings.topology.weights = "data_weighted";
      Scenario<double> scenario(settings, graph_of(kind, 12), kQuadratic, uneven_samples(12));
      auto executor = scenario.start();
      executor->run();
      const Progress& p = executor->runner(0).progress();
      const double truth = scenario.agreement.mix.contraction;
      EXPECT_EQ(p.contraction_promised, truth);
      if (truth > 1e-3) {
        EXPECT_NEAR(p.contraction_measured, truth, 0.08 * truth) << kind << " K=" << steps;
      }
      for (NodeId i = 1; i < 12; ++i)
        EXPECT_EQ(executor->runner(i).progress().contraction_measured, p.contraction_measured);
    }
}

// Both ends of the interval forced inwards by this share of the way to its middle.
Settings narrowed(const char* kind, NodeId nodes, double share, const char* on_mismatch) {
  Settings settings = settings_of("gradient_tracking");
  settings.topology.weights = "metropolis";
  const Scenario<double> honest(settings, graph_of(kind, nodes), kQuadratic);
  const double a = honest.agreement.spectrum.lambda_n, b = honest.agreement.spectrum.lambda_2();
  settings.mixing.lambda_2 = b - share * (b - a) / 2;
  settings.mixing.lambda_n = a + share * (b - a) / 2;
  settings.mixing.on_mismatch = on_mismatch;
  return settings;
}

TEST(Watch, NamesAnIntervalForcedTooNarrowAndMendsIt) {
  for (const char* kind : {"ring", "grid", "torus", "barbell"})
    for (const double share : {0.3, 0.6}) {
      const NodeId n = 16;
      Settings settings = narrowed(kind, n, share, "safe");
      settings.stop.gradient_norm = 1e-8;
      settings.stop.steps = 20'000;
      Scenario<double> scenario(settings, graph_of(kind, n), kQuadratic);
      auto executor = scenario.start();
      EXPECT_EQ(executor->run(), RunStatus::converged) << kind << share;
      const auto& mismatches = common_mismatches(*executor, n);
      ASSERT_FALSE(mismatches.empty()) << kind << share;
      EXPECT_LE(mismatches[0].step, 12u) << kind << share << mismatches[0].what;
      EXPECT_NE(mismatches[0].what.find("does not hold the spectrum ("), std::string::npos)
          << mismatches[0].what;
      EXPECT_NE(mismatches[0].what.find("on the safe interval"), std::string::npos);
      const Rows x = state_of(*executor, n);
      const Eigen::VectorXd best = scenario.quadratic_optimum();
      for (NodeId i = 0; i < n; ++i)
        EXPECT_NEAR((x.row(i).transpose() - best).norm(), 0, 1e-6) << kind << share;
      std::printf("%s %.1f: step %llu of %llu: %s\n", kind, share,
                  static_cast<unsigned long long>(mismatches[0].step),
                  static_cast<unsigned long long>(executor->runner(0).progress().step),
                  mismatches[0].what.c_str());
    }
}

TEST(Watch, StopsWithTheSentenceWhereTold) {
  Settings settings = narrowed("ring", 16, 0.4, "stop");
  settings.stop.steps = 1000;
  Scenario<double> scenario(settings, graph_of("ring", 16), kQuadratic);
  auto executor = scenario.start();
  EXPECT_EQ(executor->run(), RunStatus::failed);
  EXPECT_EQ(common_mismatches(*executor, 16).size(), 1u);
  for (NodeId i = 0; i < 16; ++i) {
    EXPECT_TRUE(executor->runner(i).unmended());
    EXPECT_EQ(executor->runner(i).progress().step, executor->runner(0).progress().step);
  }
  EXPECT_LE(executor->runner(0).progress().step, 12u);
}

// One eigenvalue of modulus 1.6 or so: no interval averages, and the run says so in place of
// blowing up.
TEST(Watch, FailsWhereNoIntervalAverages) {
  Settings settings = settings_of("gradient_tracking", 0, "chebyshev");
  settings.stop.steps = 400;
  settings.topology.weights = "metropolis";
  Scenario<double> scenario(settings, graph_of("torus", 16), kQuadratic);
  const NodeId other = scenario.agreement.matrix.graph.neighbors(5)[0];
  auto executor = scenario.start();
  executor->misweigh(5, other, 6);
  executor->misweigh(other, 5, 6);
  EXPECT_EQ(executor->run(), RunStatus::failed);
  const auto& mismatches = common_mismatches(*executor, 16);
  ASSERT_EQ(mismatches.size(), 1u);
  EXPECT_NE(mismatches[0].what.find("does not mix by its agreed weights"), std::string::npos)
      << mismatches[0].what;
  EXPECT_LE(mismatches[0].step, 12u);
}

TEST(Watch, RefusesAnEmptyInterval) {
  Settings settings = settings_of("dgd_atc");
  settings.mixing.lambda_2 = -0.9;
  try {
    const Scenario<double> scenario(settings, graph_of("ring", 8), kQuadratic);
    FAIL() << "[lambda_n, -0.9] was taken";
  } catch (const SettingsError& error) {
    EXPECT_NE(std::string(error.what()).find("shared.mixing.lambda_2 = -0.9"), std::string::npos)
        << error.what();
  }
}

struct Defect {
  const char* kind;
  const char* acceleration;
  bool both;      // ends
  double factor;  // on the weight of the first edge of node 5
  const char* words;
};

// A link whose values one end or both leave out, and a weight that is not the agreed one.
TEST(Watch, NamesTheNodeThatDoesNotMixAsAgreed) {
  const Defect defects[] = {
      {"ring", "chebyshev", true, 0, "node 4 mixes as if its link to node 5 were not there"},
      {"ring", "chebyshev", false, 0, "node 5 mixes as if its link to node 4 were not there"},
      {"grid", "none", false, 0, "node 5 mixes as if its link to node 1 were not there"},
      {"torus", "chebyshev", false, 3, "node 5 does not mix by its agreed weights"},
      {"torus", "chebyshev", true, 2, "node 1 does not mix by its agreed weights"},
  };
  for (const Defect& defect : defects) {
    Settings settings = settings_of("gradient_tracking", 0, defect.acceleration);
    settings.stop.steps = 400;
    settings.topology.weights = "metropolis";
    Scenario<double> scenario(settings, graph_of(defect.kind, 16), kQuadratic);
    const NodeId other = scenario.agreement.matrix.graph.neighbors(5)[0];
    auto executor = scenario.start();
    executor->misweigh(5, other, defect.factor);
    if (defect.both) executor->misweigh(other, 5, defect.factor);
    const RunStatus status = executor->run();
    const auto& mismatches = common_mismatches(*executor, 16);
    ASSERT_FALSE(mismatches.empty()) << defect.words;
    const std::string& what = mismatches[0].what;
    std::printf("step %llu: %s\n", static_cast<unsigned long long>(mismatches[0].step),
                what.c_str());
    EXPECT_NE(what.find(defect.words), std::string::npos) << what;
    EXPECT_LE(mismatches[0].step, 40u) << what;
    // A defect at one end spoils the mean: no interval mends that.
    EXPECT_EQ(status, defect.both ? RunStatus::stopped : RunStatus::failed) << what;
    EXPECT_EQ(what.find("the mean is not kept") != std::string::npos, !defect.both) << what;
  }
}

}  // namespace
}  // namespace starling
