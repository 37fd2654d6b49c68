// The claims that every schedule makes, and those of each kind (catalogue A.6).
#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <bit>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "tests/topology/schedule_samples.h"
#include "topology/edge_list.h"
#include "topology/mixing_matrix.h"

namespace starling {
namespace {

std::unique_ptr<Schedule> base(std::uint64_t n, std::uint64_t k) {
  GraphParameters parameters = of_nodes(n);
  parameters.degree = k;
  return make_schedule("base_graph", parameters);
}

std::unique_ptr<Schedule> factors(const std::string& graph, GraphParameters parameters) {
  parameters.graphs = graph;
  return make_schedule("laplacian_factors", parameters);
}

std::string message_of(const std::string& kind, const GraphParameters& parameters) {
  try {
    make_schedule(kind, parameters);
  } catch (const GraphError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(EverySchedule, IsSampledHere) {
  std::set<std::string> sampled, registered;
  for (const auto& sample : schedule_samples()) sampled.insert(sample.kind);
  for (const ScheduleKind& kind : schedule_kinds()) registered.insert(std::string(kind.name));
  EXPECT_EQ(sampled, registered);
}

TEST(EverySchedule, HasRowsAndColumnsThatSumToOneAndIsSymmetricWhereItSaysSo) {
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    for (std::uint64_t t = 0; t < 2 * schedule->period().value_or(8); ++t) {
      const DirectedMatrix w = schedule->round(t);
      ASSERT_EQ(w.graph.nodes(), schedule->nodes());
      EXPECT_LE(row_defect(w), 1e-14) << sample.text();
      EXPECT_LE(column_defect(w), 1e-14) << sample.text();
      if (schedule->symmetric()) {
        const Matrix m = dense(w);
        EXPECT_TRUE(m == m.transpose()) << sample.text() << " round " << t;
      }
      if (sample.kind == "laplacian_factors") continue;  // its diagonal may be negative
      EXPECT_GE(dense(w).minCoeff(), 0) << sample.text();
    }
  }
}

TEST(EverySchedule, SaysThatItIsSymmetricWhereItIs) {
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    bool symmetric = true;
    for (std::uint64_t t = 0; t < schedule->period().value_or(20); ++t) {
      const Matrix m = dense(schedule->round(t));
      symmetric = symmetric && m == m.transpose();
    }
    EXPECT_EQ(schedule->symmetric(), symmetric) << sample.text();
  }
}

TEST(EverySchedule, GivesTheSameBitsForARoundInWhateverOrderTheyAreAsked) {
  const auto bits = [](const DirectedMatrix& w) {
    return std::tuple(w.graph.arc_list(), w.weights, w.diagonal);
  };
  for (const auto& sample : schedule_samples()) {
    const auto one = sample.make(), other = sample.make();
    std::vector<decltype(bits(one->round(0)))> forwards;
    for (std::uint64_t t = 0; t < 12; ++t) forwards.push_back(bits(one->round(t)));
    for (std::uint64_t t = 12; t-- > 0;) {
      EXPECT_TRUE(bits(other->round(t)) == forwards[t]) << sample.text() << " round " << t;
      EXPECT_TRUE(bits(one->round(t)) == forwards[t]) << sample.text() << " round " << t;
    }
  }
}

TEST(EverySchedule, RepeatsAfterItsPeriodAndNoSooner) {
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    const auto period = schedule->period();
    if (!period) continue;
    std::vector<Matrix> rounds;
    for (std::uint64_t t = 0; t < 3 * *period; ++t) rounds.push_back(dense(schedule->round(t)));
    for (std::uint64_t p = 1; p <= *period; ++p) {
      bool repeats = true;
      for (std::uint64_t t = 0; t + p < rounds.size(); ++t)
        repeats = repeats && rounds[t] == rounds[t + p];
      EXPECT_EQ(repeats, p == *period) << sample.text() << " period " << *period << " p " << p;
      if (repeats) break;
    }
  }
}

TEST(EverySchedule, DrawsOtherRoundsForAnotherSeedAndAnotherRoundIfItIsRandom) {
  for (const char* kind : {"random_matching", "od_equidyn", "ou_equidyn"}) {
    GraphParameters parameters = of_nodes(101);
    const auto one = make_schedule(kind, parameters);
    parameters.seed = 2;
    const auto other = make_schedule(kind, parameters);
    int alike = 0;
    for (std::uint64_t t = 0; t < 20; ++t) {
      alike += dense(one->round(t)) == dense(other->round(t));
      alike += dense(one->round(t)) == dense(one->round(t + (std::uint64_t{1} << 32)));
      alike += dense(one->round(t)) == dense(one->round(t + 1));
    }
    EXPECT_LT(alike, 6) << kind;
  }
}

TEST(EverySchedule, ListsTheLinksItUses) {
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    const Graph links = schedule->links();
    EXPECT_EQ(schedule->link_count(), links.edges()) << sample.text();
    std::set<std::pair<NodeId, NodeId>> used;
    for (std::uint64_t t = 0; t < schedule->period().value_or(3000); ++t)
      for (const Arc& arc : schedule->round(t).graph.arc_list())
        used.insert({std::min(arc.from, arc.to), std::max(arc.from, arc.to)});
    std::set<std::pair<NodeId, NodeId>> listed;
    for (const Edge& edge : links.edge_list()) listed.insert({edge.u, edge.v});
    EXPECT_EQ(used, listed) << sample.text();
  }
}

// Brute force: the pattern of the dense product of W + I has no zero.
TEST(EverySchedule, ReachesAllNodesExactlyWhenTheProductOfThePatternsIsFull) {
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    const Eigen::Index n = schedule->nodes();
    for (const std::uint64_t start : {0, 1, 5}) {
      Matrix pattern = Matrix::Identity(n, n);
      std::optional<std::uint64_t> expected;
      for (std::uint64_t k = 0; k <= 30 && !expected; ++k) {
        if ((pattern.array() > 0).all()) expected = k;
        const Matrix w = dense(schedule->round(start + k));
        pattern = ((w.array() != 0).cast<double>().matrix() + Matrix::Identity(n, n)) * pattern;
        pattern = (pattern.array() > 0).cast<double>().matrix();
      }
      EXPECT_EQ(reach(*schedule, start, 30), expected) << sample.text() << " from " << start;
    }
  }
}

TEST(Reach, CrossesARingInHalfItsLengthAndSaysWhenTheLimitIsTooLow) {
  GraphParameters parameters = of_nodes(9001);  // more than one block of sources
  parameters.graphs = "exponential";
  const auto exponential = make_schedule("alternating", parameters);
  const auto rounds = reach(*exponential, 0, 40);
  ASSERT_TRUE(rounds);
  EXPECT_EQ(*rounds, diameter(make_graph("exponential", of_nodes(9001))));
  EXPECT_EQ(reach(*exponential, 0, *rounds - 1), std::nullopt);
  parameters.nodes = 60;
  parameters.graphs = "ring";
  const auto ring = make_schedule("alternating", parameters);
  EXPECT_EQ(reach(*ring, 3, 100), 30u);
  EXPECT_EQ(reach(*ring, 3, 29), std::nullopt);
}

TEST(EverySchedule, IsExactAfterTheRoundsItSaysAndNoSooner) {
  int exact = 0;
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    const ScheduleRate rate = schedule_rate(*schedule);
    EXPECT_EQ(rate.exact_after.has_value(), rate.exact_from_any.has_value()) << sample.text();
    if (!rate.exact_after) continue;
    ++exact;
    EXPECT_EQ(rate.per_round, 0) << sample.text();
    EXPECT_LE(deviation(product(*schedule, 0, *rate.exact_after)), 1e-12) << sample.text();
    if (*rate.exact_after > 0) {
      EXPECT_GT(deviation(product(*schedule, 0, *rate.exact_after - 1)), 1e-6) << sample.text();
    }
    for (std::uint64_t t = 0; t < schedule->period().value_or(1); ++t)
      EXPECT_LE(deviation(product(*schedule, t, *rate.exact_from_any)), 1e-12)
          << sample.text() << " from " << t;
  }
  EXPECT_GT(exact, 30);
}

// |W_{p-1} ... W_0 - J|_2 by a dense singular value decomposition.
TEST(EverySchedule, WithAPeriodContractsOnePeriodAtItsRate) {
  int measured = 0;
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    if (!schedule->period()) continue;
    const auto period = static_cast<double>(*schedule->period());
    const Matrix m = product(*schedule, 0, *schedule->period()) - averaging(schedule->nodes());
    const double norm = Eigen::JacobiSVD<Matrix>(m).singularValues()[0];
    const ScheduleRate rate = schedule_rate(*schedule);
    if (rate.exact_after) continue;
    ++measured;
    EXPECT_NEAR(rate.per_round, std::pow(norm, 1 / period), 1e-10) << sample.text();
  }
  EXPECT_GT(measured, 10);
}

TEST(WindowContraction, IsTheNormOfTheDenseProductOffTheMean) {
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    for (const auto& [t, rounds] : {std::pair{0, 0}, {0, 1}, {3, 2}, {1, 6}}) {
      const auto start = static_cast<std::uint64_t>(t), length = static_cast<std::uint64_t>(rounds);
      const Matrix m = product(*schedule, start, length) - averaging(schedule->nodes());
      const double norm = Eigen::JacobiSVD<Matrix>(m).singularValues()[0];
      EXPECT_NEAR(window_contraction(*schedule, start, length), norm, 1e-10)
          << sample.text() << " " << rounds << " rounds from " << t;
    }
  }
}

TEST(BaseGraph, IsExactForAllSizesAndDegreesWithinItsBound) {
  double worst = 0;
  for (std::uint64_t k = 1; k <= 5; ++k)
    for (std::uint64_t n = 2; n <= 300; ++n) {
      const auto schedule = base(n, std::min(k, n - 1));
      const std::uint64_t length = *schedule->period();
      EXPECT_LE(static_cast<double>(length),
                2 * std::log(double(n)) / std::log(double(k + 1)) + 2 + 1e-9);
      ASSERT_EQ(schedule_rate(*schedule).exact_after, length);
      const Eigen::Index size = schedule->nodes();
      Matrix x = Matrix::Identity(size, size), y(size, size);
      for (std::uint64_t t = 0; t < length; ++t) {
        const DirectedMatrix w = schedule->round(t);
        ASSERT_LE(std::max(row_defect(w), column_defect(w)), 1e-14);
        for (NodeId i = 0; i < n; ++i) {
          const auto sources = w.graph.sources(i);
          ASSERT_LE(sources.size(), k) << "n " << n << " k " << k << " round " << t;
          ASSERT_GE(w.diagonal[i], -1e-15);
          y.row(i) = w.diagonal[i] * x.row(i);
          for (std::size_t e = 0; e < sources.size(); ++e) {
            ASSERT_GT(w.row(i)[e], 0);
            y.row(i) += w.row(i)[e] * x.row(sources[e]);
          }
        }
        x.swap(y);
      }
      worst = std::max(worst, deviation(x));
    }
  EXPECT_LT(worst, 1e-12);
}

TEST(BaseGraph, HasThePublishedLengths) {
  const std::vector<std::uint64_t> sizes = {3, 5, 6, 7, 8, 12, 25, 60};
  const std::vector<std::vector<std::uint64_t>> lengths = {{3, 5, 4, 5, 3, 5, 9, 9},
                                                           {1, 3, 2, 4, 3, 3, 6, 6},
                                                           {1, 3, 2, 3, 2, 2, 5, 5},
                                                           {1, 1, 2, 3, 2, 2, 2, 3}};
  for (std::size_t k = 1; k <= 4; ++k)
    for (std::size_t s = 0; s < sizes.size(); ++s)
      EXPECT_EQ(base(sizes[s], std::min<std::uint64_t>(k, sizes[s] - 1))->period(),
                lengths[k - 1][s])
          << "n " << sizes[s] << " k " << k;
  EXPECT_EQ(base(300, 1)->period(), 15u);
  EXPECT_EQ(base(300, 2)->period(), 9u);
  EXPECT_EQ(base(300, 4)->period(), 4u);
}

TEST(OnePeerExponential, IsExactIfAndOnlyIfTheNumberOfNodesIsAPowerOfTwo) {
  for (std::uint64_t n = 2; n <= 64; ++n) {
    const auto schedule = make_schedule("one_peer_exponential", of_nodes(n));
    const std::uint64_t period = *schedule->period();
    EXPECT_EQ(period, static_cast<std::uint64_t>(std::ceil(std::log2(double(n)))));
    const double left = deviation(product(*schedule, 0, period));
    if (std::has_single_bit(n)) {
      EXPECT_LT(left, 1e-15) << n;
    } else {
      EXPECT_GT(left, 1e-3) << n;
    }
    EXPECT_EQ(schedule_rate(*schedule).exact_after.has_value(), std::has_single_bit(n)) << n;
  }
}

TEST(OnePeerExponential, LeavesThePublishedResidualsAtSixAndTwentyFiveNodes) {
  const auto six = make_schedule("one_peer_exponential", of_nodes(6));
  EXPECT_NEAR(deviation(product(*six, 0, 3)), 1.0 / 12, 1e-15);
  const auto many = make_schedule("one_peer_exponential", of_nodes(25));
  EXPECT_NEAR(window_contraction(*many, 0, 5), 0.192, 5e-4);
}

TEST(LaplacianFactors, TakeOneRoundForEachDistinctNonzeroEigenvalue) {
  GraphParameters bipartite;
  bipartite.rows = 3;
  bipartite.columns = 5;
  const auto count = [](const Schedule& schedule) {
    const std::uint64_t rounds = *schedule.period();
    EXPECT_LE(deviation(product(schedule, 0, rounds)), 1e-12);
    EXPECT_EQ(schedule_rate(schedule).exact_after, rounds);
    return rounds;
  };
  EXPECT_EQ(count(*factors("ring", of_nodes(8))), 4u);
  EXPECT_EQ(count(*factors("hypercube", of_nodes(8))), 3u);
  EXPECT_EQ(count(*factors("complete_bipartite", bipartite)), 3u);
  EXPECT_EQ(count(*factors("path", of_nodes(5))), 4u);
  EXPECT_EQ(count(*factors("paley", of_nodes(61))), 2u);
  EXPECT_EQ(count(*factors("star", of_nodes(40))), 2u);
  EXPECT_EQ(count(*factors("ring", of_nodes(201))), 100u);  // the Leja order carries that far
}

// Its smallest eigenvalue is 1/250 of the largest: eigenvalues of 16 digits leave 1e-11, and say
// so.
TEST(LaplacianFactors, DoNotClaimToBeExactWhereRoundingLeavesMore) {
  const auto tree = factors("tree", of_nodes(63));
  const std::uint64_t rounds = *tree->period();
  const double left = deviation(product(*tree, 0, rounds));
  EXPECT_GT(left, 1e-12);
  EXPECT_LT(left, 1e-10);
  const ScheduleRate rate = schedule_rate(*tree);
  EXPECT_EQ(rate.exact_after, std::nullopt);
  EXPECT_LT(std::pow(rate.per_round, double(rounds)), 1e-9);
}

TEST(Alternating, TakesItsGraphsInTurnWithTheirWeightsAndSeeds) {
  GraphParameters parameters = of_nodes(12);
  parameters.degree = 3;
  parameters.seed = 5;
  parameters.graphs = "ring,regular,regular";
  parameters.weights = "max_degree";
  const auto schedule = make_schedule("alternating", parameters);
  ASSERT_EQ(schedule->period(), 3u);
  GraphParameters regular = of_nodes(12);
  regular.degree = 3;
  const auto expected = [](const Graph& graph) {
    const MixingMatrix w = make_mixing_matrix("max_degree", graph);
    return dense({Digraph::from_graph(graph), w.weights, w.diagonal});
  };
  EXPECT_EQ(dense(schedule->round(0)), expected(make_graph("ring", of_nodes(12))));
  for (const std::uint64_t t : {1, 2}) {
    regular.seed = 5 + t;
    EXPECT_EQ(dense(schedule->round(t)), expected(make_graph("regular", regular)));
  }
}

TEST(Alternating, ReadsGraphsOfFilesWithTheirWeights) {
  GraphParameters parameters;
  parameters.graphs = "a.edges,./ring";
  parameters.read_file = [](const std::string& path) -> std::string {
    return path == "a.edges" ? "0 1 0.25\n1 2 0.5\n" : "0 1\n1 2\n2 0\n";
  };
  const auto schedule = make_schedule("alternating", parameters);
  Matrix first(3, 3);
  first << 0.75, 0.25, 0, 0.25, 0.25, 0.5, 0, 0.5, 0.5;
  EXPECT_EQ(dense(schedule->round(0)), first);
  EXPECT_LT(deviation(dense(schedule->round(1))), 1e-15);
}

TEST(EverySchedule, RefusesWhatItCannotMakeInOneLine) {
  const auto with = [](auto change) {
    GraphParameters parameters = of_nodes(12);
    change(parameters);
    return parameters;
  };
  using P = GraphParameters&;
  EXPECT_EQ(message_of("base_grapf", of_nodes(5)).substr(0, 61),
            "kind = base_grapf is unknown (did you mean 'base_graph'?); al");
  EXPECT_EQ(message_of("od_equidyn", {}), "kind od_equidyn needs nodes; allowed: 1..10000000");
  EXPECT_EQ(message_of("od_equidyn", with([](P p) { p.degree = 2; })),
            "kind od_equidyn does not read degree; allowed: nodes seed");
  EXPECT_EQ(message_of("random_matching", with([](P p) { p.graphs = "ring"; })),
            "kind random_matching does not read graphs; allowed: nodes seed");
  EXPECT_EQ(message_of("hypercube_exchange", of_nodes(12)),
            "kind hypercube_exchange: nodes = 12; allowed: powers of two; one_peer_exponential and "
            "base_graph take any number");
  EXPECT_EQ(message_of("base_graph", with([](P p) { p.degree = 12; })),
            "kind base_graph: degree = 12; allowed: 1..11");
  EXPECT_EQ(message_of("alternating", of_nodes(12)),
            "kind alternating needs graphs; allowed: static kinds or files, as ring,torus");
  EXPECT_EQ(message_of("alternating", with([](P p) { p.graphs = "ring,tours"; })).substr(0, 71),
            "kind alternating: graphs: 'tours' is unknown (did you mean 'torus'?); a");
  EXPECT_EQ(message_of("alternating", with([](P p) {
                         p.graphs = "ring,torus";
                         p.degree = 3;
                       })),
            "kind alternating: none of graphs = ring,torus reads degree");
  EXPECT_EQ(message_of("alternating", with([](P p) {
                         p.graphs = "ring";
                         p.weights = "data_weighted";
                       })),
            "kind alternating: weights = data_weighted; allowed: rules with equal shares, as "
            "metropolis");
  EXPECT_EQ(message_of("laplacian_factors", with([](P p) { p.graphs = "ring,torus"; })),
            "kind laplacian_factors: graphs = ring,torus; allowed: one graph");
  const std::string many = message_of("laplacian_factors", with([](P p) {
                                        p.graphs = "ring";
                                        p.nodes = 20'000;
                                      }));
  EXPECT_EQ(many,
            "kind laplacian_factors: the graph has 10000 distinct eigenvalues, one round each; "
            "allowed: up to 2000");
}

}  // namespace
}  // namespace starling
