// Predictions and their ranking; the configuration that plan writes.
#include <gtest/gtest.h>

#include <algorithm>

#include "consensus/ride.h"
#include "node/config/config.h"
#include "node/setup/experiment.h"
#include "tests/node/temporary_folder.h"
#include "tools/plan/report.h"
#include "topology/edge_list.h"

namespace starling {
namespace {

PlanQuestion question(NodeId nodes) {
  PlanQuestion q;
  q.nodes = nodes;
  q.parameters = 1000;
  q.kappa = 100;
  q.compute_s = 1e-3;
  q.links = {nodes, {100e-6}, {1e9}};
  return q;
}

const Prediction* find(const PlanRanking& ranking, const std::string& graph,
                       const std::string& algorithm, const std::string& mixer, int steps) {
  for (const Prediction& p : ranking.best_first)
    if (p.choice.graph->name == graph && p.choice.algorithm == algorithm &&
        p.choice.mixer == mixer && (steps == 0 || p.choice.mixing_steps == steps))
      return &p;
  return nullptr;
}

TEST(Traffic, CountsFramesByHand) {
  Traffic t;
  t.directed_links = 16;  // a ring of 8
  t.diameter = 4;
  t.dimension = 10;
  t.mixes = 2;
  // One frame of 64 + 80 bytes per vector, the ride beside the first.
  const std::uint64_t ride = encode(Ride{}).size();
  EXPECT_EQ(t.step_bytes(), 16u * (2 * 144 + ride));
  EXPECT_EQ(t.look_bytes(), 16u * 2 * 144);
  EXPECT_EQ(t.lap_steps(), 4u);
  t.mixing_steps = 3;
  EXPECT_EQ(t.lap_steps(), 2u);
  EXPECT_EQ(t.step_bytes(), 3u * 16 * (2 * 144 + ride));
  EXPECT_EQ(t.run_bytes(7, false), 7 * t.step_bytes());
  EXPECT_EQ(t.run_bytes(7, true), 7 * t.step_bytes() + 4 * t.look_bytes());
  // 100 values of 4 bytes in chunks of 128 bytes: 32, 32, 32, 4.
  t.dimension = 100;
  t.value_bytes = 4;
  t.chunk_bytes = 128;
  EXPECT_EQ(t.chunks(), 4u);
  EXPECT_EQ(t.frame_bytes(), 4u * 64 + 400);
  t.dimension = 64;  // up to two chunks stay whole
  EXPECT_EQ(t.chunks(), 1u);
}

// T_step by hand: two cores of its own, whole vectors, 100 us latency, 1 GB/s.
TEST(Predict, TimesAStepByHand) {
  PlanQuestion q = question(8);
  q.steps = 10;
  q.topologies = {"ring"};
  q.weights = {"metropolis"};
  q.machines.gossip_s = 20e-6;
  q.machines.message_s = 5e-6;
  q.machines.byte_s = 0;
  q.step_s = 7e-6;
  const PlanRanking ranking = rank_plans(q);
  const double vector = 8064e-9, ride = 1e-9 * static_cast<double>(encode(Ride{}).size());
  const double latency = 100e-6;  // seconds on the card
  const double one = 20e-6 + 2 * 5e-6 + 2 * (vector + ride) + latency;
  const double two = 20e-6 + 4 * 5e-6 + 2 * (2 * vector + ride) + latency;
  struct Case {
    const char* algorithm;
    double step;
  };
  for (const auto& [algorithm, step] :
       {Case{"exact_diffusion", one + 1e-3 + 7e-6}, Case{"extra", 1e-3 + 7e-6},
        Case{"gradient_tracking", one + 1e-3 + 7e-6}}) {
    const Prediction* p = find(ranking, "ring", algorithm, "plain", 1);
    ASSERT_TRUE(p) << algorithm;
    EXPECT_NEAR(p->step_seconds, step, 1e-12) << algorithm;
    EXPECT_NEAR(p->seconds, 10 * step, 1e-11) << algorithm;
    EXPECT_EQ(p->gossip_steps, 10u);
  }
  // Without anything to compute, what travels beside the gradient shows.
  q.compute_s = 0;
  const PlanRanking bare = rank_plans(q);
  EXPECT_NEAR(find(bare, "ring", "extra", "plain", 1)->step_seconds, one + 7e-6, 1e-12);
  EXPECT_NEAR(find(bare, "ring", "gradient_tracking", "plain", 1)->step_seconds, two + 7e-6, 1e-12);
  // Five gossip steps, one after the other.
  const Prediction* mudag = find(bare, "ring", "mudag", "chebyshev", 0);
  ASSERT_TRUE(mudag);
  EXPECT_NEAR(mudag->step_seconds, mudag->choice.mixing_steps * one + 7e-6, 1e-12);
}

TEST(Predict, EightNodesOnTwoCoresComputeFourTimesAsLong) {
  PlanQuestion q = question(8);
  q.steps = 1;
  q.step_s = 0;
  q.topologies = {"ring"};
  q.algorithms = {"exact_diffusion"};
  q.machines = {8, 2, true, 1e-6, 2e-6, 0};
  const Prediction p = rank_plans(q).best_first.at(0);
  EXPECT_DOUBLE_EQ(p.compute_s, 4e-3);
  EXPECT_NEAR(p.step_seconds, 4e-3 + 8 * (1e-6 + 2 * 2e-6) / 2, 1e-12);
}

// Whole vectors and no overlap: time = A + latency * (exchanges one after the other), so the winner
// of a larger latency makes no more of them.
TEST(Ranking, MoreLatencyNeverFavoursMoreGossipSteps) {
  PlanQuestion q = question(16);
  q.algorithms = {"exact_diffusion", "mudag"};
  q.compute_s = q.step_s = 0;
  q.machines = {1, 2, true, 0, 0, 0};
  std::uint64_t least = UINT64_MAX;
  std::uint64_t first = 0;
  for (const double latency : {0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0}) {
    q.links.latency_s = {latency};
    const Prediction best = rank_plans(q).best_first.at(0);
    if (first == 0) first = best.gossip_steps;
    EXPECT_LE(best.gossip_steps, least) << latency;
    least = best.gossip_steps;
  }
  EXPECT_LT(least, first);  // and somewhere it makes a difference
}

TEST(Ranking, LessBandwidthNeverFavoursMoreBytesOnTheBusiestCard) {
  PlanQuestion q = question(16);
  q.algorithms = {"exact_diffusion"};
  q.links.latency_s = {0};
  q.machines = {1, 2, true, 0, 0, 0};
  double least = 1e300;
  for (const double bandwidth : {1e12, 1e10, 1e9, 1e8, 1e7, 1e6}) {
    q.links.bandwidth = {bandwidth};
    const PlanRanking ranking = rank_plans(q);
    const Prediction& best = ranking.best_first.at(0);
    const double bytes = static_cast<double>(best.choice.graph->degree_max * best.gossip_steps);
    EXPECT_LE(bytes, least) << bandwidth;
    least = bytes;
  }
}

TEST(Ranking, IsSortedCompleteAndTheSameEveryTime) {
  const PlanQuestion q = question(12);
  const PlanRanking ranking = rank_plans(q), again = rank_plans(q);
  ASSERT_EQ(plan_json(q, ranking).dump(), plan_json(q, again).dump());
  EXPECT_TRUE(std::is_sorted(
      ranking.best_first.begin(), ranking.best_first.end(),
      [](const Prediction& a, const Prediction& b) { return a.seconds < b.seconds; }));
  for (const char* graph : {"ring", "star", "complete", "torus", "exponential", "regular:4"})
    EXPECT_TRUE(find(ranking, graph, "exact_diffusion", "plain", 1)) << graph;
  EXPECT_FALSE(find(ranking, "hypercube", "exact_diffusion", "plain", 1));  // 12 is no power of 2
  for (const StepModes& modes : step_modes()) {
    const std::string name(modes.algorithm);
    EXPECT_EQ(find(ranking, "ring", name, "chebyshev", 0) != nullptr, modes.same_as.empty())
        << name << ": each run stands once";
  }
  EXPECT_FALSE(find(ranking, "ring", "mudag", "plain", 1));  // too weak a mix for it
  EXPECT_GT(ranking.without_convergence, 0u);
}

// Seven nodes, one neighbor a round, five rounds (catalogue A.6): exact, so the mix contracts to
// nothing and tracking runs at full step.
TEST(Ranking, HoldsExactSchedulesOfAPeriodAMix) {
  PlanQuestion q = question(7);
  q.steps = 3;
  const PlanRanking ranking = rank_plans(q);
  const Prediction* p = find(ranking, "base_graph:1", "gradient_tracking", "plain", 5);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->choice.graph->degree_max, 1u);
  EXPECT_EQ(p->contraction, 0);
  EXPECT_EQ(p->step_size, 1);
  EXPECT_NEAR(p->rate, 1 - 1 / q.kappa, 1e-9);
  std::uint64_t arcs = 0;
  for (std::uint64_t t = 0; t < 5; ++t) arcs += p->choice.graph->schedule->round(t).graph.arcs();
  EXPECT_EQ(p->bytes, 3 * arcs * (2 * p->traffic.frame_bytes() + p->traffic.ride_bytes()));
  // Chebyshev and algorithms that need one symmetric W are not run on it.
  for (const Prediction& other : ranking.best_first)
    if (other.choice.graph == p->choice.graph) {
      EXPECT_EQ(other.choice.mixer, "plain");
      EXPECT_EQ(other.choice.algorithm, "gradient_tracking");
    }
  EXPECT_FALSE(find(ranking, "one_peer_exponential", "gradient_tracking", "plain", 0));  // 7 != 2^m
}

// Both send one vector and hear one in every round.
TEST(Predict, FindsOneWayRoundsAsLongAsExchanges) {
  PlanQuestion q = question(8);
  q.steps = 1;
  q.step_s = q.compute_s = 0;
  q.links = {8, {0}, {1e300}};
  q.machines = {1, 2, true, 0, 1e-6, 0};
  q.topologies = {"one_peer_exponential"};
  const Prediction one_way = rank_plans(q).best_first.at(0);
  q.topologies = {"hypercube_exchange"};
  const Prediction pairs = rank_plans(q).best_first.at(0);
  EXPECT_EQ(one_way.choice.mixing_steps, 3);
  EXPECT_EQ(pairs.choice.mixing_steps, 3);
  EXPECT_EQ(one_way.bytes, pairs.bytes);
  EXPECT_NEAR(one_way.step_seconds, pairs.step_seconds, 1e-12);
}

TEST(Ranking, RefusesAScheduleThatIsNeverExact) {
  PlanQuestion q = question(6);
  for (const char* kind : {"random_matching", "one_peer_exponential"}) {
    q.topologies = {kind};
    EXPECT_THROW(rank_plans(q), GraphError) << kind;
  }
}

TEST(Ranking, RefusesNamesThatAreNone) {
  PlanQuestion q = question(12);
  q.topologies = {"rong"};
  EXPECT_THROW(rank_plans(q), GraphError);
  q.topologies = {"regular:x"};
  EXPECT_THROW(rank_plans(q), GraphError);
  q.topologies = {"hypercube"};  // 12 nodes
  EXPECT_THROW(rank_plans(q), GraphError);
  q.topologies = {"ring"};
  q.weights = {"metropolos"};
  EXPECT_THROW(rank_plans(q), GraphError);
}

TEST(Report, SaysWhyTheWinnerWinsInOneSentence) {
  const PlanQuestion q = question(12);
  const PlanRanking ranking = rank_plans(q);
  const std::string reason = reason_for_winner(ranking);
  const PlanChoice& best = ranking.best_first[0].choice;
  EXPECT_NE(reason.find(best.algorithm), std::string::npos) << reason;
  EXPECT_NE(reason.find(best.graph->name), std::string::npos) << reason;
  EXPECT_NE(reason.find("the next algorithm"), std::string::npos) << reason;
  EXPECT_TRUE(reason.ends_with(".")) << reason;
  EXPECT_EQ(std::count(reason.begin(), reason.end(), '\n'), 0) << reason;
  EXPECT_NE(plan_table(ranking).find(reason), std::string::npos);
}

TEST(Config, OfEveryKindOfWinnerLoadsAndSaysWhatWasChosen) {
  for (const char* algorithm : {"exact_diffusion", "extra", "gradient_tracking", "mudag"})
    for (const char* topology : {"ring", "regular:4"}) {
      PlanQuestion q = question(10);
      q.algorithms = {algorithm};
      q.topologies = {topology};
      q.precision = Precision::float32;
      const PlanRanking ranking = rank_plans(q);
      const Prediction& winner = ranking.best_first.at(0);
      const TemporaryFolder folder;
      folder.write("topology.edges", write_edge_list(winner.choice.graph->graph));
      ConfigSources sources;
      sources.file = folder.write("config.toml", plan_config(q, winner, "topology.edges"));
      const Config config = load_config(sources);
      const Experiment experiment = make_experiment(config);
      EXPECT_EQ(experiment.nodes(), 10u);
      EXPECT_EQ(experiment.graph.edge_list(), winner.choice.graph->graph.edge_list());
      EXPECT_EQ(config.shared.precision, Precision::float32);
      EXPECT_EQ(config.shared.algorithm.kind, algorithm);
      EXPECT_EQ(config.shared.topology.weights, winner.choice.weights);
      EXPECT_EQ(config.shared.mixing.steps, winner.choice.mixing_steps);
      EXPECT_EQ(config.shared.mixing.acceleration == "none", winner.choice.mixer == "plain");
      EXPECT_EQ(config.shared.stop.gradient_norm, q.accuracy);
      const auto objective = make_objective(config, experiment, 0);
      EXPECT_EQ(objective->objective->dimension(), q.parameters);
      EXPECT_NEAR(objective->objective->strong_convexity() * q.kappa, 1, 1e-12);
    }
}

}  // namespace
}  // namespace starling
