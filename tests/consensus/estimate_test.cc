#include "consensus/estimate.h"

#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"
#include "topology/contraction.h"

namespace starling {
namespace {

using namespace testing;

Graph random_regular(NodeId nodes, std::uint64_t degree, std::uint64_t seed) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  parameters.degree = degree;
  parameters.seed = seed;
  return make_graph("regular", parameters);
}

Settings by_gossip(std::uint64_t steps) {
  Settings settings = settings_of("dgd_atc");
  settings.topology.spectrum = "gossip";
  settings.stop.steps = steps;
  return settings;
}

// What every node found, after it was seen to be the same on all.
template <class Real>
SpectrumEstimate common_estimate(Lockstep<Real>& executor, NodeId nodes) {
  const SpectrumEstimate& first = *executor.runner(0).estimate();
  for (NodeId i = 1; i < nodes; ++i) {
    const SpectrumEstimate& mine = *executor.runner(i).estimate();
    EXPECT_EQ(mine.interval.gap_2, first.interval.gap_2) << i;
    EXPECT_EQ(mine.interval.lambda_n, first.interval.lambda_n) << i;
    EXPECT_EQ(mine.gossip_steps, first.gossip_steps) << i;
    EXPECT_EQ(executor.peer(i).plan().steps(), executor.peer(0).plan().steps()) << i;
    EXPECT_EQ(executor.peer(i).exact_step_size(), executor.peer(0).exact_step_size()) << i;
  }
  return first;
}

// Rounds to 1e-6 with the interval found by gossip against those with the exact one.
TEST(Estimate, ChebyshevNeedsAtMostAFifthMoreRoundsThanWithTheExactInterval) {
  const std::pair<const char*, Graph> graphs[] = {{"ring 32", graph_of("ring", 32)},
                                                  {"grid 8x8", graph_of("grid", 64)},
                                                  {"4-regular 64", random_regular(64, 4, 1)}};
  for (const auto& [name, graph] : graphs)
    for (const std::uint64_t seed : {1, 2, 3}) {
      Settings settings = by_gossip(0);
      settings.seed = seed;
      Scenario<double> scenario(settings, graph, kQuadratic);
      auto executor = scenario.start();
      executor->run();
      const SpectrumEstimate found = common_estimate(*executor, graph.nodes());
      const Spectrum exact = spectrum(scenario.agreement.matrix);
      EXPECT_EQ(found.diameter, diameter(graph)) << name;
      EXPECT_LE(found.interval.gap_2, exact.gap_2) << name;
      EXPECT_LE(found.interval.lambda_n, exact.lambda_n + 1e-14) << name;
      const auto best = static_cast<double>(chebyshev_steps(exact, 1e-6)),
                 rounds = static_cast<double>(chebyshev_steps(found.interval, 1e-6));
      std::printf(
          "%s: lambda_2 %.6f (%.6f) lambda_n %.6f (%.6f), rounds to 1e-6 %.0f (%.0f), %d "
          "iterations, %llu gossip steps\n",
          name, found.lambda_2, exact.lambda_2(), found.lambda_n, exact.lambda_n, rounds, best,
          found.iterations, static_cast<unsigned long long>(found.gossip_steps));
      EXPECT_LE(rounds, 1.2 * best) << name;
      Settings known = settings;
      known.topology.spectrum = "edges";
      known.topology.weights = "metropolis";
      const Scenario<double> reference(known, graph, kQuadratic);
      EXPECT_LE(executor->peer(0).plan().steps(), 1.2 * reference.agreement.mix.steps() + 1);
    }
}

// Many graphs and seeds: what the estimate promises holds for the true spectrum, which the whole
// matrix shows, and the probe agrees.
TEST(Estimate, NeverPromisesMoreThanTheMixingGives) {
  int graphs = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed)
    for (const char* kind : {"erdos_renyi", "regular", "watts_strogatz", "barabasi_albert"}) {
      GraphParameters parameters;
      parameters.nodes = static_cast<NodeId>(8 + seed);
      parameters.seed = seed;
      if (kind == std::string("erdos_renyi"))
        parameters.probability = 0.25;
      else
        parameters.degree = kind == std::string("barabasi_albert") ? 2 : 4;
      if (kind == std::string("watts_strogatz")) parameters.probability = 0.1;
      Graph graph;
      try {
        graph = make_graph(kind, parameters);
      } catch (const GraphError&) {
        continue;
      }
      if (!connected(graph)) continue;
      ++graphs;
      Settings settings = by_gossip(30);
      settings.seed = seed;
      Scenario<double> scenario(settings, graph, kQuadratic,
                                seed % 2 ? uneven_samples(graph.nodes()) : std::vector<double>{});
      auto executor = scenario.start();
      executor->run();
      const SpectrumEstimate found = common_estimate(*executor, graph.nodes());
      const Spectrum exact = spectrum(scenario.agreement.matrix);
      EXPECT_LE(found.interval.gap_2, exact.gap_2 + 1e-12) << kind << seed;
      EXPECT_LE(found.interval.lambda_n, exact.lambda_n + 1e-12) << kind << seed;
      EXPECT_TRUE(executor->runner(0).mismatches().empty())
          << kind << seed << executor->runner(0).mismatches()[0].what;
      EXPECT_LE(executor->runner(0).progress().contraction_measured,
                1.1 * executor->peer(0).plan().contraction)
          << kind << seed;
    }
  EXPECT_GT(graphs, 100);
}

// Also where nothing but the two ends is to be found, or nothing at all.
TEST(Estimate, IsDoneAtOnceOnGraphsOfFewEigenvalues) {
  for (const auto& [kind, nodes] :
       {std::pair{"path", 1u}, std::pair{"path", 2u}, std::pair{"complete", 7u},
        std::pair{"star", 9u}, std::pair{"hypercube", 16u}}) {
    Scenario<double> scenario(by_gossip(40), graph_of(kind, nodes), kQuadratic);
    auto executor = scenario.start();
    EXPECT_EQ(executor->run(), RunStatus::stopped) << kind;
    const SpectrumEstimate found = common_estimate(*executor, nodes);
    const Spectrum exact = spectrum(scenario.agreement.matrix);
    EXPECT_LE(found.iterations, 7) << kind << nodes;
    EXPECT_LE(found.interval.gap_2, exact.gap_2 + 1e-12) << kind << nodes;
    EXPECT_LE(found.interval.lambda_n, exact.lambda_n + 1e-12) << kind << nodes;
    EXPECT_TRUE(executor->runner(0).mismatches().empty()) << kind << nodes;
  }
}

TEST(Estimate, AGraphThatChangesIsRefused) {
  GraphParameters parameters;
  parameters.nodes = 8;
  const std::shared_ptr<const Schedule> schedule =
      make_schedule("one_peer_exponential", parameters);
  const Settings settings = by_gossip(1);
  const std::vector<double> samples(8, 1.0);
  const Mixing mixing = make_mixing(settings, schedule->links(), schedule, samples);
  EXPECT_THROW(propose(settings, mixing, Constants(), 0), SettingsError);
}

// The algorithm runs as if the interval had been agreed on from the start.
TEST(Estimate, ARunOnItReachesTheOptimum) {
  Settings settings = by_gossip(5000);
  settings.algorithm.kind = "gradient_tracking";
  settings.stop.gradient_norm = 1e-9;
  Scenario<double> scenario(settings, random_regular(20, 4, 5), kLogistic, uneven_samples(20));
  auto executor = scenario.start();
  EXPECT_EQ(executor->run(), RunStatus::converged);
  const Eigen::VectorXd mean = pi_mean(scenario, state_of(*executor, 20));
  EXPECT_LE(mean_gradient(scenario, mean.transpose().replicate(20, 1)).norm(), 1e-9);
}

}  // namespace
}  // namespace starling
