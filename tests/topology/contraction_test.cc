#include "topology/contraction.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "tests/topology/samples.h"

namespace starling {
namespace {

Eigen::MatrixXd dense(const MixingMatrix& matrix) {
  const Graph& graph = matrix.graph;
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(graph.nodes(), graph.nodes());
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    w(i, i) = matrix.diagonal[i];
    for (std::size_t k = 0; k < graph.degree(i); ++k)
      w(i, graph.neighbors(i)[k]) = matrix.row(i)[k];
  }
  return w;
}

// The largest factor by which steps of W shrink the disagreement: the norm over the whole space.
TEST(PlainContraction, IsAttained) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    if (graph.nodes() < 2) continue;
    const MixingMatrix matrix = make_mixing_matrix("metropolis", graph);
    const auto n = static_cast<Eigen::Index>(graph.nodes());
    const Eigen::MatrixXd off_mean =
        dense(matrix) - Eigen::MatrixXd::Constant(n, n, 1 / static_cast<double>(n));
    Eigen::MatrixXd power = off_mean;
    for (int steps = 1; steps <= 5; ++steps, power = power * off_mean)
      EXPECT_NEAR(power.operatorNorm(), plain_contraction(spectrum(matrix), steps), 1e-12)
          << sample.text();
  }
}

// P_K(W) by the recurrence of catalogue B.1, W-form, and its norm off the mean.
TEST(ChebyshevContraction, IsAttained) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    if (graph.nodes() < 3 || sample.kind == "complete") continue;
    const MixingMatrix matrix = make_mixing_matrix("metropolis", graph);
    const Spectrum found = spectrum(matrix);
    const auto n = static_cast<Eigen::Index>(graph.nodes());
    const double a = found.lambda_n, b = found.lambda_2();
    const double s = 2 - a - b, r = (b - a) / s;
    if (r < 1e-9) continue;
    const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(n, n);
    const Eigen::MatrixXd op = (2 * dense(matrix) - (a + b) * identity) / s;
    const Eigen::MatrixXd mean = Eigen::MatrixXd::Constant(n, n, 1 / static_cast<double>(n));
    Eigen::MatrixXd before = identity, now = op;
    double omega = 2;
    for (int steps = 1; steps <= 12; ++steps) {
      EXPECT_NEAR((now - mean).operatorNorm(), chebyshev_contraction(found, steps), 1e-10)
          << sample.text() << " steps " << steps;
      omega = 1 / (1 - r * r * omega / 4);
      const Eigen::MatrixXd next = omega * (op * now - before) + before;
      before = now;
      now = next;
    }
  }
}

// The published factors of the ring of eight, catalogue B.1.
TEST(ChebyshevContraction, ReproducesTheRingOfEight) {
  GraphParameters parameters;
  parameters.nodes = 8;
  const Spectrum ring = spectrum(make_mixing_matrix("metropolis", make_graph("ring", parameters)));
  const std::pair<int, double> published[] = {{1, .7445},   {2, .3834},     {3, .1766},
                                              {5, .03547}, {10, 6.293e-4}, {20, 1.980e-7}};
  for (const auto& [steps, factor] : published)
    EXPECT_NEAR(chebyshev_contraction(ring, steps) / factor, 1, 2e-4) << steps;
}

TEST(Steps, AreTheLeastThatReachTheTarget) {
  for (const double gap_2 : {1e-11, 1e-6, 0.003, 0.3, 0.9, 1.0, 1.2})
    for (const double lambda_n : {-0.99, -0.3, 0.0})
      for (const double target : {0.5, 0.05, 1e-6, 1e-12}) {
        Spectrum found;
        found.gap_2 = gap_2;
        found.lambda_n = std::min(lambda_n, 1 - gap_2);
        const long long plain = plain_steps(found, target);
        if (plain < 1'000'000) {
          EXPECT_LE(plain_contraction(found, static_cast<int>(plain)), target);
          EXPECT_GT(plain_contraction(found, static_cast<int>(plain) - 1), target);
        }
        const long long chebyshev = chebyshev_steps(found, target);
        EXPECT_LE(chebyshev_contraction(found, static_cast<int>(chebyshev)), target);
        EXPECT_GT(chebyshev_contraction(found, static_cast<int>(chebyshev) - 1), target);
        EXPECT_LE(chebyshev, plain);
      }
}

TEST(Steps, AreZeroForNothingToDoAndRefusedForAGapOfZero) {
  Spectrum bipartite;
  bipartite.gap_2 = 0.5;
  bipartite.lambda_n = -1;
  EXPECT_EQ(plain_steps(bipartite, 1), 0);
  EXPECT_THROW(plain_steps(bipartite, 1e-6), GraphError);
  EXPECT_GT(chebyshev_steps(bipartite, 1e-6), 0);  // an interval that ends at -1 is no harm
  Spectrum stuck;
  stuck.gap_2 = 0;
  EXPECT_THROW(chebyshev_steps(stuck, 1e-6), GraphError);
}

TEST(Contraction, OfTheCompleteGraphIsExactInOneStep) {
  Spectrum complete;  // gap_2 = 1, lambda_n = 0
  EXPECT_EQ(plain_contraction(complete, 1), 0);
  EXPECT_EQ(chebyshev_contraction(complete, 1), 0);
  EXPECT_EQ(chebyshev_contraction(complete, 0), 1);
}

}  // namespace
}  // namespace starling
