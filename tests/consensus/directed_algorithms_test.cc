// push_sum and push_diging on directed graphs.
#include <gtest/gtest.h>

#include "consensus/objectives/splitmix.h"
#include "tests/consensus/directed_cluster.h"
#include "tests/topology/digraphs.h"
#include "topology/directed_spectrum.h"
#include "topology/schedules/static.h"

namespace starling {
namespace {

using namespace testing;

const char* kVectors = R"({"kind":"vectors"})";

DirectedMatrix columns_of(const Digraph& graph) {
  return make_directed_matrix("column_stochastic", graph);
}

// Given vectors on a directed graph: the objectives, and push_sum over them.
template <class Real>
struct Averaging {
  Averaging(const DirectedMatrix& c, const Rows& inputs, int steps = 1)
      : scenario(settings_of("average"), c.graph.links(), kVectors, {}, &inputs),
        cluster(c, *find_algorithm("push_sum"), scenario.pointers, 1, steps) {}
  Scenario<Real> scenario;
  DirectedCluster<Real> cluster;
};

Rows random_inputs(NodeId nodes, Eigen::Index d) {
  Rows inputs(nodes, d);
  RandomStream draw(21, Purpose::test);
  for (Eigen::Index i = 0; i < inputs.rows(); ++i)
    for (Eigen::Index k = 0; k < d; ++k) inputs(i, k) = draw.normal();
  return inputs;
}

double worst_error(const Rows& x, const Rows& inputs) {
  return (x.rowwise() - inputs.colwise().mean()).cwiseAbs().maxCoeff();
}

// Catalogue B.6: inputs in [-1, 1) of SplitMix64 with seed 6.
TEST(PushSum, NeedsSixtyTwoRoundsToTenDigitsOnTheCataloguesDigraph) {
  SplitMix64 draw(6);
  Rows inputs(8, 1);
  for (Eigen::Index i = 0; i < 8; ++i) inputs(i, 0) = draw.symmetric();
  Averaging<double> run(columns_of(d8()), inputs);
  int rounds = 0;
  while (rounds < 100 && worst_error(run.cluster.state(), inputs) > 1e-10) {
    run.cluster.step();
    ++rounds;
  }
  EXPECT_EQ(rounds, 62);
}

TEST(PushSum, KeepsBothSumsInEveryStepAndEndsAtTheMeanOfTheInputs) {
  for (const DigraphSample& sample : digraph_samples()) {
    const Digraph graph = sample.graph();
    const DirectedMatrix c = columns_of(graph);
    const Rows inputs = random_inputs(graph.nodes(), 3);
    Averaging<double> run(c, inputs, 2);
    const double n = graph.nodes();
    const auto steps = static_cast<int>(rounds_to(directed_spectrum(c), 1e-16) / 2) + 20;
    for (int k = 0; k < steps; ++k) {
      run.cluster.step();
      const Rows z = run.cluster.state("z");
      EXPECT_LT((z.leftCols(3).colwise().sum() - inputs.colwise().sum()).norm(), 1e-12 * n)
          << sample.text() << " step " << k;
      EXPECT_NEAR(z.col(3).sum(), n, 1e-13 * n) << sample.text() << " step " << k;
    }
    EXPECT_LT(worst_error(run.cluster.state(), inputs), 1e-12) << sample.text();
  }
}

// The error falls like slem^k: measured over many rounds, past the swing of a complex eigenvalue.
TEST(PushSum, ErrorFallsAtTheSecondEigenvalueModulus) {
  GraphParameters p;
  p.nodes = 12;
  p.probability = 0.25;
  for (const Digraph& graph : {d8(), make_digraph("directed_erdos_renyi", p)}) {
    const DirectedMatrix c = columns_of(graph);
    const double slem = directed_spectrum(c).slem();
    const Rows inputs = random_inputs(graph.nodes(), 4);
    Averaging<double> run(c, inputs);
    const auto at = [&](double target) {
      return static_cast<int>(std::log(target) / std::log(slem));
    };
    const int first = at(1e-3), last = at(1e-11);
    double early = 0, late = 0;
    for (int k = 1; k <= last + 4; ++k) {
      run.cluster.step();
      const double error = worst_error(run.cluster.state(), inputs);
      if (k > first && k <= first + 4) early = std::max(early, error);
      if (k > last) late = std::max(late, error);
    }
    EXPECT_NEAR(std::pow(late / early, 1.0 / (last - first)), slem, 0.015);
  }
}

// Where columns alone sum to one, nodes that only mix settle at unequal values: what push_sum is
// for. This is why `average` is refused there.
TEST(PushSum, FindsTheMeanWherePlainMixingDoesNot) {
  const Rows inputs = random_inputs(8, 1);
  const DirectedMatrix c = columns_of(d8());
  Scenario<double> scenario(settings_of("average"), c.graph.links(), kVectors, {}, &inputs);
  DirectedCluster<double> plain(c, *find_algorithm("average"), scenario.pointers, 1);
  for (int k = 0; k < 200; ++k) plain.step();
  const std::vector<double> perron = directed_spectrum(c).perron;
  for (NodeId i = 0; i < 8; ++i)
    EXPECT_NEAR(plain.state()(i, 0), perron[i] * inputs.sum(), 1e-12) << i;
  EXPECT_GT(worst_error(plain.state(), inputs), 0.05 * std::abs(inputs.mean()));
}

TEST(PushSum, IsPlainAveragingBitForBitWhereRowsSumToOneToo) {
  GraphParameters p;
  p.nodes = 16;
  const DirectedMatrix w =
      make_directed_matrix("doubly_stochastic", make_digraph("directed_exponential", p));
  DirectedMatrix exact = w;  // weights of 1/8 and a diagonal of 1/2: rounding plays no part
  exact.weights.assign(w.weights.size(), 0.125);
  exact.diagonal.assign(16, 0.5);
  const Rows inputs = random_inputs(16, 3);
  Averaging<double> run(exact, inputs);
  Scenario<double> scenario(settings_of("average"), w.graph.links(), kVectors, {}, &inputs);
  DirectedCluster<double> plain(exact, *find_algorithm("average"), scenario.pointers, 1);
  for (int k = 0; k < 30; ++k) {
    run.cluster.step();
    plain.step();
    EXPECT_EQ(run.cluster.state(), plain.state()) << k;
    EXPECT_EQ(run.cluster.state("z").col(3), Eigen::VectorXd::Ones(16)) << k;
  }
}

TEST(PushSum, ReachesFloatPrecisionInFloat) {
  const Rows inputs = random_inputs(8, 5);
  Averaging<float> run(columns_of(d8()), inputs);
  for (int k = 0; k < 100; ++k) run.cluster.step();
  EXPECT_LT(worst_error(run.cluster.state(), inputs), 1e-6);
}

struct Optimizing {
  Optimizing(const DirectedMatrix& c, const char* objective, double step_size, int steps = 1)
      : scenario(settings_of("gradient_tracking"), c.graph.links(), objective),
        cluster(c, *find_algorithm("push_diging"), scenario.pointers, step_size, steps) {}
  double error(const Eigen::VectorXd& optimum) {
    return (cluster.state().rowwise() - optimum.transpose()).norm() /
           (std::sqrt(static_cast<double>(scenario.nodes())) * optimum.norm());
  }
  int steps_to(double target, const Eigen::VectorXd& optimum, int most) {
    int steps = 0;
    while (steps < most && !(error(optimum) <= target)) {
      cluster.step();
      ++steps;
    }
    return steps;
  }
  Scenario<double> scenario;
  DirectedCluster<double> cluster;
};

// Catalogue C.18, T1 on D8.
TEST(PushDiging, NeedsTheCataloguesIterationsOnItsDigraph) {
  Optimizing run(columns_of(d8()), kQuadratic, 0.1);
  const Eigen::VectorXd optimum = run.scenario.quadratic_optimum();
  const int six = run.steps_to(1e-6, optimum, 20000);
  EXPECT_NEAR(six, 6794, 1);
  EXPECT_NEAR(six + run.steps_to(1e-10, optimum, 20000), 12898, 1);
}

TEST(PushDiging, SumOfTrackersIsTheSumOfGradientsInEveryStep) {
  for (const DigraphSample& sample : digraph_samples()) {
    const Digraph graph = sample.graph();
    Optimizing run(columns_of(graph), kQuadratic, 0.05);
    for (int k = 0; k < 25; ++k) {
      run.cluster.step();
      const Rows x = run.cluster.state();
      Eigen::VectorXd sum = Eigen::VectorXd::Zero(x.cols());
      for (NodeId i = 0; i < graph.nodes(); ++i)
        sum += run.scenario.gradient(i, x.row(i).transpose());
      EXPECT_LT((run.cluster.state("y").colwise().sum().transpose() - sum).norm(),
                1e-12 * (1 + sum.norm()))
          << sample.text() << " step " << k;
      EXPECT_NEAR(run.cluster.state("z").rightCols(1).sum(), graph.nodes(), 1e-11);
    }
  }
}

// With its own step size, given what the spectrum says of one mix.
TEST(PushDiging, ReachesTheOptimumWithItsOwnStepSizeOnEverySampleGraph) {
  for (const DigraphSample& sample : digraph_samples()) {
    const DirectedMatrix c = columns_of(sample.graph());
    const double slem = directed_spectrum(c).slem();
    for (const double target : {0.5, 0.05}) {
      const int steps =
          slem > 0 ? std::max(1, static_cast<int>(std::ceil(std::log(target) / std::log(slem))))
                   : 1;
      Agreement agreement;
      agreement.mix = plain_mix({}, steps);
      agreement.mix.high = std::pow(slem, steps);
      agreement.mix.low = -agreement.mix.high;
      Optimizing run(c, kQuadratic, 1, steps);
      agreement.constants = run.scenario.agreement.constants;
      const double step = find_algorithm("push_diging")->step_size(agreement);
      Optimizing tuned(c, kQuadratic, step, steps);
      const Eigen::VectorXd optimum = tuned.scenario.quadratic_optimum();
      EXPECT_LT(tuned.steps_to(1e-9, optimum, 20000), 20000)
          << sample.text() << " slem " << slem << " steps " << steps << " step " << step;
    }
  }
}

// The executor's mixes are differences and what its rows have too much or too little; the cluster
// above multiplies by W. Equal to rounding, after 40 steps of K gossip steps.
TEST(Lockstep, MixesByTheDirectedMatrixItself) {
  for (const DigraphSample& sample : digraph_samples()) {
    const DirectedMatrix c = columns_of(sample.graph());
    if (c.graph.nodes() < 3) continue;
    for (const int steps : {1, 3})
      for (const char* algorithm : {"push_sum", "push_diging"}) {
        Scenario<double> scenario(settings_of("gradient_tracking"), c.graph.links(), kQuadratic);
        Settings settings = settings_of(algorithm, 0.05, "none", steps);
        settings.topology.nodes = c.graph.nodes();
        settings.stop.steps = 40;
        const std::vector<double> samples(c.graph.nodes(), 1.0);
        const Mixing mixing =
            make_mixing(settings, c.graph.links(), std::make_shared<StaticSchedule>(c), samples);
        const std::vector<NodeRecord> records(c.graph.nodes(),
                                              propose(settings, mixing, Constants{1, .01, 1, .01}));
        Lockstep<double> lockstep(settings, agree(settings, mixing, records), scenario.pointers);
        lockstep.run();
        DirectedCluster<double> cluster(c, *find_algorithm(algorithm), scenario.pointers, 0.05,
                                        steps);
        for (int k = 0; k < 40; ++k) cluster.step();
        EXPECT_LT((state_of(lockstep, c.graph.nodes()) - cluster.state()).cwiseAbs().maxCoeff(),
                  1e-12)
            << sample.text() << " " << algorithm << " K " << steps;
      }
  }
}

}  // namespace
}  // namespace starling
