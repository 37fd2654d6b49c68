#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;

const char* kVectors = R"({"kind":"vectors"})";

// P with rows: what `mixes` mixes by this mixer make of the identity.
Rows matrix_of(const MixerEntry& mixer, const Graph& graph, int steps, std::vector<double> samples,
               std::unique_ptr<Scenario<double>>& scenario) {
  const Rows identity = Rows::Identity(graph.nodes(), graph.nodes());
  scenario =
      std::make_unique<Scenario<double>>(settings_of("average", 0, acceleration_of(mixer), steps),
                                         graph, kVectors, std::move(samples), &identity);
  return state_of(*scenario->after(1), graph.nodes());
}

// D^(1/2) (P - 1 pi') D^(-1/2): symmetric where P is reversible; its norm is the contraction.
double operator_norm(const Rows& p, const std::vector<double>& pi) {
  const Eigen::Map<const Eigen::VectorXd> stationary(pi.data(),
                                                     static_cast<Eigen::Index>(pi.size()));
  const Eigen::VectorXd root = stationary.cwiseSqrt();
  const Eigen::MatrixXd off = p - Eigen::VectorXd::Ones(p.rows()) * stationary.transpose();
  const Eigen::MatrixXd symmetric = root.asDiagonal() * off * root.cwiseInverse().asDiagonal();
  return Eigen::JacobiSVD<Eigen::MatrixXd>(symmetric).singularValues()(0);
}

class EveryMixer : public ::testing::TestWithParam<MixerEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryMixer,
                         ::testing::ValuesIn(mixers().begin(), mixers().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

TEST_P(EveryMixer, ContractsDisagreementExactlyAsPromisedOverTheWholeSpace) {
  for (const auto& [name, graph] : spread_of_graphs())
    for (const bool weighted : {false, true})
      for (const int steps : {1, 2, 3, 5, 10, 20}) {
        std::unique_ptr<Scenario<double>> scenario;
        const Rows p =
            matrix_of(GetParam(), graph, steps,
                      weighted ? uneven_samples(graph.nodes()) : std::vector<double>{}, scenario);
        const double promised = scenario->agreement.mix.contraction;
        EXPECT_NEAR(operator_norm(p, scenario->agreement.matrix.stationary), promised, 1e-12)
            << name << " steps " << steps << " weighted " << weighted;
      }
}

TEST_P(EveryMixer, KeepsTheWeightedMean) {
  for (const auto& [name, graph] : spread_of_graphs())
    for (const int steps : {1, 4, 15}) {
      std::unique_ptr<Scenario<double>> scenario;
      const Rows p = matrix_of(GetParam(), graph, steps, uneven_samples(graph.nodes()), scenario);
      const auto& pi = scenario->agreement.matrix.stationary;
      const Eigen::Map<const Eigen::RowVectorXd> stationary(pi.data(),
                                                            static_cast<Eigen::Index>(pi.size()));
      EXPECT_LT((stationary * p - stationary).cwiseAbs().maxCoeff(), 4e-15)
          << name << " steps " << steps;
      EXPECT_LT((p.rowwise().sum().array() - 1).abs().maxCoeff(), 2e-13)
          << name << " steps " << steps;
    }
}

TEST_P(EveryMixer, SpectrumOffTheMeanLiesInTheStatedInterval) {
  for (const auto& [name, graph] : spread_of_graphs()) {
    if (graph.nodes() == 1) continue;
    for (const int steps : {1, 2, 3, 6}) {
      std::unique_ptr<Scenario<double>> scenario;
      const Rows p = matrix_of(GetParam(), graph, steps, {}, scenario);
      const Rows off = p - Rows::Constant(p.rows(), p.cols(), 1.0 / static_cast<double>(p.rows()));
      // Off the mean, and 0 in its place: the interval of `off` is that of P, 0 added.
      const Eigen::VectorXd values =
          Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(off).eigenvalues();
      const MixPlan& plan = scenario->agreement.mix;
      EXPECT_GE(values.minCoeff(), std::min(plan.low, 0.0) - 1e-12) << name << " steps " << steps;
      EXPECT_LE(values.maxCoeff(), std::max(plan.high, 0.0) + 1e-12) << name << " steps " << steps;
    }
  }
}

template <class Real>
void consensus_is_a_fixed_point(const MixerEntry& mixer) {
  for (const auto& [name, graph] : spread_of_graphs()) {
    Rows equal(graph.nodes(), 40);
    RandomStream draw(5, Purpose::test);
    for (Eigen::Index k = 0; k < equal.cols(); ++k)
      equal.col(k).setConstant(static_cast<double>(static_cast<Real>(1e3 * draw.normal())));
    for (const int steps : {1, 2, 7}) {
      Scenario<Real> scenario(settings_of("average", 0, acceleration_of(mixer), steps), graph,
                              kVectors, uneven_samples(graph.nodes()), &equal);
      EXPECT_EQ(state_of(*scenario.after(50), graph.nodes()), equal) << name << " steps " << steps;
    }
  }
}
TEST_P(EveryMixer, ConsensusIsAnExactFixedPoint) {
  consensus_is_a_fixed_point<float>(GetParam());
  consensus_is_a_fixed_point<double>(GetParam());
}

TEST_P(EveryMixer, MeanHardlyDriftsInFloatOverTenThousandGossipSteps) {
  const Graph graph = graph_of("ring", 16);
  Rows inputs(16, 64);
  RandomStream draw(6, Purpose::test);
  for (Eigen::Index i = 0; i < inputs.rows(); ++i)
    for (Eigen::Index k = 0; k < inputs.cols(); ++k)
      inputs(i, k) = static_cast<float>(draw.normal());
  for (const int steps : {1, 10}) {
    Scenario<float> scenario(settings_of("average", 0, acceleration_of(GetParam()), steps), graph,
                             kVectors, {}, &inputs);
    const Rows mixed = state_of(*scenario.after(static_cast<std::uint64_t>(10000 / steps)), 16);
    const double drift =
        (mixed.colwise().mean() - inputs.colwise().mean()).norm() / inputs.norm() * 4;
    EXPECT_LT(drift, 3e-7) << "steps "
                           << steps;  // a weighted sum drifts by 8e-7 (plain) and 6e-6 (chebyshev)
  }
}

TEST_P(EveryMixer, StepsForATargetAreTheLeast) {
  for (const auto& [name, graph] : spread_of_graphs()) {
    if (graph.nodes() == 1) continue;
    const Spectrum found = spectrum(make_mixing_matrix("metropolis", graph));
    for (const double target : {0.5, 0.05, 1e-6}) {
      const auto least = static_cast<int>(GetParam().steps_for(found, target));
      EXPECT_LE(GetParam().make(found, least).contraction, target * (1 + 1e-9)) << name;
      if (least > 1) {
        EXPECT_GT(GetParam().make(found, least - 1).contraction, target * (1 - 1e-9)) << name;
      }
    }
  }
}

// Scaman et al. 2017, Alg. 2, as printed: on the Laplacian, with a_k = T_k.
Rows accelerated_gossip(const Graph& graph, const Rows& v, int steps) {
  const Eigen::Index n = graph.nodes();
  Eigen::MatrixXd laplacian = Eigen::MatrixXd::Zero(n, n);
  for (const Edge& edge : graph.edge_list()) {
    laplacian(edge.u, edge.u) += 1;
    laplacian(edge.v, edge.v) += 1;
    laplacian(edge.u, edge.v) = laplacian(edge.v, edge.u) = -1;
  }
  const Eigen::VectorXd l = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(laplacian).eigenvalues();
  const double gamma = l(1) / l(n - 1), c2 = (1 + gamma) / (1 - gamma),
               c3 = 2 / ((1 + gamma) * l(n - 1));
  double a_previous = 1, a = c2;
  Rows previous = v, x = c2 * (v - c3 * laplacian * v);
  for (int k = 1; k < steps; ++k) {
    const double a_next = 2 * c2 * a - a_previous;
    const Rows next = 2 * c2 * (x - c3 * laplacian * x) - previous;
    a_previous = a, a = a_next;
    previous = x, x = next;
  }
  return x / a;
}

TEST(Chebyshev, EqualsTheLaplacianFormOfScamanEtAl) {
  for (const auto& [name, graph] : spread_of_graphs()) {
    if (graph.nodes() < 3 || graph.edges() == graph.nodes() * (graph.nodes() - 1) / 2) continue;
    Rows inputs(graph.nodes(), 5);
    RandomStream draw(8, Purpose::test);
    for (Eigen::Index i = 0; i < inputs.rows(); ++i)
      for (Eigen::Index k = 0; k < inputs.cols(); ++k) inputs(i, k) = draw.normal();
    for (const int steps : {1, 2, 5, 12}) {
      // W = I - a Lap for any a > 0 gives the same polynomial; max_degree weights are of this form.
      Settings settings = settings_of("average", 0, "chebyshev", steps);
      settings.topology.weights = "max_degree";
      Scenario<double> scenario(settings, graph, kVectors, {}, &inputs);
      const Rows ours = state_of(*scenario.after(1), graph.nodes());
      EXPECT_LT((ours - accelerated_gossip(graph, inputs, steps)).cwiseAbs().maxCoeff(), 1e-12)
          << name << " steps " << steps;
    }
  }
}

// Catalogue B.1: the contraction on ring 8.
TEST(Chebyshev, ContractionOnRingOfEightIsTheCataloguesTable) {
  const Spectrum ring = spectrum(make_mixing_matrix("metropolis", graph_of("ring", 8)));
  const std::pair<int, double> table[] = {{1, .7445},  {2, .3834},     {3, .1766},
                                          {5, .03547}, {10, 6.293e-4}, {20, 1.980e-7}};
  for (const auto& [steps, contraction] : table)
    EXPECT_NEAR(chebyshev_mix(ring, steps).contraction / contraction, 1, 5e-4) << steps;
}

}  // namespace
}  // namespace starling
