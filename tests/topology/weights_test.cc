#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

#include "tests/topology/samples.h"
#include "topology/mixing_matrix.h"
#include "topology/random.h"
#include "topology/spectrum.h"

namespace starling {
namespace {

std::vector<double> sample_counts(NodeId n) {
  RandomStream stream(9, Purpose::test);
  std::vector<double> counts(n);
  for (double& m : counts) m = 1 + static_cast<double>(stream.below(100));
  return counts;
}

double entry(const MixingMatrix& matrix, NodeId i, NodeId j) {
  const auto row = matrix.graph.neighbors(i);
  const auto at = std::lower_bound(row.begin(), row.end(), j) - row.begin();
  return matrix.row(i)[static_cast<std::size_t>(at)];
}

TEST(EveryRule, HasRowsThatSumToOneAndDetailedBalanceOnEveryKind) {
  for (const WeightRule& rule : weight_rules())
    for (const Sample& sample : samples()) {
      const Graph graph = sample.graph();
      const auto counts = sample_counts(graph.nodes());
      const MixingMatrix matrix = rule.make(graph, counts);
      double total = 0;
      for (NodeId i = 0; i < graph.nodes(); ++i) {
        double sum = matrix.diagonal[i];
        for (const NodeId j : graph.neighbors(i)) {
          const double w = entry(matrix, i, j), back = entry(matrix, j, i);
          sum += w;
          const bool any_sign = rule.name == "fdla" || rule.name == "auto";
          EXPECT_TRUE(any_sign || w > 0) << rule.name << " " << sample.text();
          // The same bits: doubly stochastic.
          EXPECT_TRUE(rule.averages != Averages::nodes || w == back);
          EXPECT_NEAR(matrix.stationary[i] * w, matrix.stationary[j] * back, 1e-16);
        }
        EXPECT_NEAR(sum, 1, 1e-14) << rule.name << " " << sample.text();
        const double expected = rule.averages != Averages::nodes
                                    ? counts[i] / std::accumulate(counts.begin(), counts.end(), 0.0)
                                    : 1.0 / graph.nodes();
        EXPECT_NEAR(matrix.stationary[i], expected, 1e-15);
        total += matrix.stationary[i];
      }
      EXPECT_NEAR(total, 1, 1e-14);
    }
}

TEST(EveryRule, AveragesAnyValuesToTheirWeightedMean) {
  for (const WeightRule& rule : weight_rules())
    for (const Sample& sample : samples()) {
      const Graph graph = sample.graph();
      const NodeId n = graph.nodes();
      const MixingMatrix matrix = rule.make(graph, sample_counts(n));
      RandomStream stream(10, Purpose::test);
      std::vector<double> x(n), y(n);
      double mean = 0;
      for (NodeId i = 0; i < n; ++i) mean += matrix.stationary[i] * (x[i] = stream.normal());
      const Spectrum found = spectrum(matrix);
      if (found.slem() > 0.999) continue;
      const int rounds = static_cast<int>(30 / found.gap()) + 1;
      for (int k = 0; k < rounds; ++k, x.swap(y)) multiply(matrix, x, y);
      for (const double value : x)
        EXPECT_NEAR(value, mean, 1e-9) << rule.name << " " << sample.text();
    }
}

TEST(Metropolis, IsOneOverOnePlusTheLargerDegree) {
  const MixingMatrix matrix =
      make_mixing_matrix("metropolis", Graph::from_edges(4, {{0, 1}, {0, 2}, {0, 3}, {2, 3}}));
  EXPECT_EQ(entry(matrix, 0, 1), 0.25);
  EXPECT_EQ(entry(matrix, 2, 3), 1.0 / 3);
  EXPECT_EQ(matrix.diagonal[1], 0.75);
}

TEST(LazyMetropolis, HalvesTheDistanceOfEveryEigenvalueFromOne) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    if (graph.nodes() == 1) continue;
    const Spectrum plain = spectrum(make_mixing_matrix("metropolis", graph));
    const Spectrum lazy = spectrum(make_mixing_matrix("lazy_metropolis", graph));
    EXPECT_NEAR(lazy.gap_2, plain.gap_2 / 2, 1e-12);
    EXPECT_NEAR(1 - lazy.lambda_n, (1 - plain.lambda_n) / 2, 1e-12);
  }
}

TEST(DataWeighted, WithEqualSamplesIsMetropolis) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    const std::vector<double> equal(graph.nodes(), 37);
    EXPECT_EQ(make_mixing_matrix("data_weighted", graph, equal).weights,
              make_mixing_matrix("metropolis", graph).weights);
  }
}

TEST(BestConstant, HasTheSlemOfItsFormulaAndNoOtherConstantIsBetter) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    if (graph.nodes() == 1) continue;
    const LaplacianSpectrum l = laplacian_spectrum(graph);
    const MixingMatrix best = make_mixing_matrix("best_constant", graph);
    const double slem = spectrum(best).slem();
    EXPECT_NEAR(slem, (l.l_n - l.l_2) / (l.l_n + l.l_2), 1e-12) << sample.text();
    if (graph.nodes() == 2) continue;
    const double nudge = (1 - slem) / 4;  // small enough that the other constant still averages
    for (const double factor : {1 - nudge, 1 + nudge}) {
      const std::vector<double> other(graph.edges(), best.weights[0] * factor);
      EXPECT_GT(spectrum(mixing_matrix_from_weights(graph, other)).slem(), slem) << sample.text();
    }
  }
}

// Published for the 8-node, 13-edge graph of the CVX example library (catalogue J.1): best constant
// .7119, 1/(1+max d) .8126.
TEST(BestConstant, ReproducesThePublishedEightNodeGraph) {
  const Graph graph = Graph::from_edges(8, {{0, 1},
                                            {1, 2},
                                            {2, 3},
                                            {0, 4},
                                            {1, 7},
                                            {1, 3},
                                            {4, 5},
                                            {4, 6},
                                            {2, 6},
                                            {3, 7},
                                            {5, 6},
                                            {6, 7},
                                            {1, 6}});
  EXPECT_NEAR(spectrum(make_mixing_matrix("best_constant", graph)).slem(), 0.7119, 5e-5);
  EXPECT_NEAR(spectrum(make_mixing_matrix("metropolis", graph)).slem(), 0.8126, 5e-5);
}

// Bounds that need no spectrum, catalogue A.1; every computed spectrum must respect them.
TEST(FreeBounds, HoldForEveryRuleAndKind) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    const NodeId n = graph.nodes();
    if (n == 1) continue;
    const LaplacianSpectrum l = laplacian_spectrum(graph);
    const double fiedler = 1 - std::cos(std::numbers::pi / n);
    EXPECT_GE(l.l_2, 2 * fiedler - 1e-12) << sample.text();
    double anderson_morley = 0;
    for (const Edge& e : graph.edge_list())
      anderson_morley =
          std::max(anderson_morley, static_cast<double>(graph.degree(e.u) + graph.degree(e.v)));
    EXPECT_LE(l.l_n, anderson_morley + 1e-12) << sample.text();
    for (const WeightRule& rule : weight_rules()) {
      if (rule.averages == Averages::samples) continue;
      const MixingMatrix matrix = rule.make(graph, {});
      const Spectrum found = spectrum(matrix);
      const double least_own = *std::min_element(matrix.diagonal.begin(), matrix.diagonal.end());
      const double least = *std::min_element(matrix.weights.begin(), matrix.weights.end());
      if (least < 0) continue;  // the bounds are for probabilities
      EXPECT_GE(found.lambda_n, -1 + 2 * least_own - 1e-12) << rule.name << " " << sample.text();
      EXPECT_GE(found.gap_2, 2 * least * fiedler - 1e-12) << rule.name << " " << sample.text();
    }
  }
}

TEST(GivenWeights, AreTakenEdgeByEdgeAndRefusedWhenTheyDoNotAverage) {
  const Graph graph = Graph::from_edges(3, {{0, 1}, {0, 2}, {1, 2}});
  const MixingMatrix matrix = mixing_matrix_from_weights(graph, std::vector{0.1, 0.2, 0.3});
  EXPECT_EQ(entry(matrix, 2, 0), 0.2);
  EXPECT_EQ(entry(matrix, 2, 1), 0.3);
  EXPECT_NEAR(matrix.diagonal[2], 0.5, 1e-16);
  EXPECT_THROW(mixing_matrix_from_weights(graph, std::vector{0.1}), GraphError);
  EXPECT_THROW(spectrum(mixing_matrix_from_weights(graph, std::vector{5.0, 5.0, 5.0})), GraphError);
  EXPECT_THROW(spectrum(mixing_matrix_from_weights(graph, std::vector{-0.1, -0.1, -0.1})),
               GraphError);
}

TEST(UserMistakes, AreRefusedByName) {
  const Graph graph = Graph::from_edges(2, {{0, 1}});
  const auto refusal = [&](std::string_view rule, std::vector<double> counts) -> std::string {
    try {
      make_mixing_matrix(rule, graph, counts);
    } catch (const GraphError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_NE(refusal("metropolos", {}).find("did you mean 'metropolis'?"), std::string::npos);
  EXPECT_NE(refusal("data_weighted", {}).find("0 sample counts for 2 nodes"), std::string::npos);
  EXPECT_NE(refusal("data_weighted", {1, 0}).find("node 1 has 0"), std::string::npos);
  EXPECT_NE(refusal("data_weighted", {1, HUGE_VAL}).find("positive and finite"), std::string::npos);
}

}  // namespace
}  // namespace starling
