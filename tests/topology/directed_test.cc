// Directed graphs: generators, weights, spectra, files.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "tests/topology/digraphs.h"
#include "topology/directed_spectrum.h"
#include "topology/edge_list.h"
#include "topology/random.h"
#include "topology/schedules/static.h"

namespace starling {
namespace {

GraphParameters sized(std::uint64_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  return parameters;
}

template <class Make>
std::string refusal(Make make) {
  try {
    make();
  } catch (const GraphError& error) {
    return error.what();
  }
  return "accepted";
}

#define EXPECT_REFUSED(expression, part)                                        \
  EXPECT_NE(refusal([&] { (void)(expression); }).find(part), std::string::npos) \
      << refusal([&] { (void)(expression); })

bool balanced(const Digraph& graph) { return !unbalanced_node(graph); }

TEST(EveryDirectedKind, HasASampleAndIsStronglyConnectedWithTheNodesAskedFor) {
  std::set<std::string> seen;
  for (const DigraphSample& sample : digraph_samples()) {
    const Digraph graph = sample.graph();
    EXPECT_TRUE(strongly_connected(graph)) << sample.text();
    EXPECT_EQ(graph.nodes(), sample.parameters.nodes) << sample.text();
    EXPECT_EQ(sample.graph().arc_list(), graph.arc_list()) << sample.text();
    seen.insert(sample.kind);
  }
  for (const DigraphKind& kind : digraph_kinds())
    EXPECT_TRUE(seen.contains(std::string(kind.name))) << kind.name;
}

TEST(EveryDirectedKind, AnotherSeedIsAnotherGraph) {
  for (DigraphSample sample : digraph_samples()) {
    const bool random = find_digraph(sample.kind)->parameters.ends_with("seed");
    if (!random || sample.parameters.nodes < 12u) continue;
    const auto arcs = sample.graph().arc_list();
    sample.parameters.seed += 1;
    EXPECT_NE(sample.graph().arc_list(), arcs) << sample.text();
  }
}

TEST(EveryDirectedKind, RefusesWhatItDoesNotReadAndAsksForWhatItNeeds) {
  for (const DigraphKind& kind : digraph_kinds()) {
    EXPECT_REFUSED(make_digraph(kind.name, {}), "needs nodes");
    GraphParameters parameters = sized(16);
    parameters.rows = 4;
    EXPECT_REFUSED(make_digraph(kind.name, parameters), "does not read rows");
  }
  EXPECT_REFUSED(make_digraph("directed_rang", sized(4)), "did you mean 'directed_ring'");
  GraphParameters sparse = sized(50);
  sparse.probability = 0.01;
  EXPECT_REFUSED(make_digraph("directed_erdos_renyi", sparse), "a larger probability");
  sparse = sized(50);
  sparse.radius = 0.05;
  EXPECT_REFUSED(make_digraph("directed_geometric", sparse), "a larger radius");
}

TEST(DirectedExponential, SendsToEveryPowerOfTwo) {
  const Digraph graph = make_digraph("directed_exponential", sized(13));
  for (NodeId i = 0; i < 13; ++i) {
    std::set<NodeId> expected;
    for (const NodeId step : {1u, 2u, 4u, 8u}) expected.insert((i + step) % 13);
    const auto targets = graph.targets(i);
    EXPECT_EQ(std::set<NodeId>(targets.begin(), targets.end()), expected) << i;
  }
}

// Words of three letters over {0, 1}: a word is followed by what it becomes when a letter is
// pushed in at its end.
TEST(DeBruijn, OfEightNodesJoinsWordsThatOverlap) {
  const Digraph graph = make_digraph("de_bruijn", sized(8));
  EXPECT_EQ(graph.arcs(), 14u);  // 16 less the loops of 000 and 111
  for (const Arc& arc : graph.arc_list()) EXPECT_EQ((arc.from << 1 & 7u), arc.to & 6u);
}

TEST(DirectedErdosRenyi, HasAboutTheArcsAskedForInBothDirectionsAlike) {
  GraphParameters parameters = sized(400);
  parameters.probability = 0.1;
  const Digraph graph = make_digraph("directed_erdos_renyi", parameters);
  const double pairs = 400.0 * 399;
  EXPECT_NEAR(static_cast<double>(graph.arcs()), 0.1 * pairs, 5 * std::sqrt(pairs * 0.09));
  std::size_t up = 0;
  for (const Arc& arc : graph.arc_list()) up += arc.from < arc.to;
  EXPECT_NEAR(static_cast<double>(up), 0.05 * pairs, 5 * std::sqrt(pairs * 0.09 / 2));
}

TEST(DirectedGeometric, SomeReachWhomTheyDoNotHear) {
  GraphParameters parameters = sized(40);
  parameters.radius = 0.6;
  const Digraph graph = make_digraph("directed_geometric", parameters);
  EXPECT_FALSE(balanced(graph));
  EXPECT_LT(graph.arcs(), 2 * graph.links().edges());  // some links go one way only
  EXPECT_GT(graph.arcs(), graph.links().edges());
}

TEST(DirectedWeights, SumToOneAsTheirNamesSay) {
  for (const DigraphSample& sample : digraph_samples()) {
    const Digraph graph = sample.graph();
    const DirectedMatrix r = make_directed_matrix("row_stochastic", graph);
    EXPECT_LT(row_defect(r), 1e-14) << sample.text();
    const DirectedMatrix c = make_directed_matrix("column_stochastic", graph);
    EXPECT_LT(column_defect(c), 1e-14) << sample.text();
    for (NodeId i = 0; i < graph.nodes(); ++i) {
      EXPECT_EQ(r.diagonal[i], 1 / (1.0 + static_cast<double>(graph.sources(i).size())));
      EXPECT_EQ(c.diagonal[i], 1 / (1.0 + static_cast<double>(graph.targets(i).size())));
    }
    if (!balanced(graph)) continue;
    const DirectedMatrix w = make_directed_matrix("doubly_stochastic", graph);
    EXPECT_LT(row_defect(w) + column_defect(w), 4e-15) << sample.text();
    for (const double d : w.diagonal) EXPECT_GT(d, 0) << sample.text();
  }
}

TEST(DirectedWeights, OfACirculantAreTheCataloguesAndAllThreeRulesAgree) {
  const Digraph graph = make_digraph("directed_exponential", sized(16));
  const DirectedMatrix w = make_directed_matrix("doubly_stochastic", graph);
  for (const double weight : w.weights) EXPECT_EQ(weight, 1.0 / 5);  // 1 / (1 + log2 n)
  EXPECT_EQ(w.weights, make_directed_matrix("row_stochastic", graph).weights);
  EXPECT_EQ(w.weights, make_directed_matrix("column_stochastic", graph).weights);
}

TEST(DirectedWeights, RefuseWhatCannotBeNamingTheNode) {
  EXPECT_REFUSED(make_directed_matrix("doubly_stochastic", d8()),
                 "node 0 has 1 sources and 2 targets");
  EXPECT_REFUSED(make_directed_matrix("metropolis", d8()), "is no rule for a directed graph");
  EXPECT_REFUSED(make_directed_matrix("row_stochastik", d8()), "did you mean 'row_stochastic'");
}

TEST(DirectedWeights, FromAFileLeaveTheSenderTheRest) {
  const Digraph graph = d8();
  std::vector<double> weights(graph.arcs(), 0.25);
  const DirectedMatrix w = directed_matrix_from_weights(graph, weights);
  EXPECT_EQ(column_defect(w), 0);
  EXPECT_EQ(w.diagonal[0], 0.5);  // two targets
  EXPECT_EQ(w.diagonal[1], 0.75);
  const DirectedMatrix c = make_directed_matrix("column_stochastic", graph);
  std::vector<double> given;
  const Eigen::MatrixXd matrix = dense(c);
  for (const Arc& arc : graph.arc_list()) given.push_back(matrix(arc.to, arc.from));
  EXPECT_EQ(directed_matrix_from_weights(graph, given).weights, c.weights);
  weights[0] = 0.8;
  EXPECT_REFUSED(directed_matrix_from_weights(graph, weights), "node 0");
  weights[0] = -0.1;
  EXPECT_REFUSED(directed_matrix_from_weights(graph, weights), "arc 0 1");
}

TEST(StochasticSums, AreNamedAndDefectsGiven) {
  EXPECT_EQ(stochastic_sums(make_directed_matrix("row_stochastic", d8())), Stochastic::rows);
  EXPECT_EQ(stochastic_sums(make_directed_matrix("column_stochastic", d8())), Stochastic::columns);
  const Digraph ring = make_digraph("directed_ring", sized(5));
  EXPECT_EQ(stochastic_sums(make_directed_matrix("row_stochastic", ring)), Stochastic::both);
  DirectedMatrix wrong = make_directed_matrix("row_stochastic", d8());
  wrong.diagonal[3] += 0.1;
  EXPECT_REFUSED(stochastic_sums(wrong), "neither rows nor columns");
}

// The second-largest modulus and |W - J|_2 of a dense copy, another way than the library: from the
// eigenvalues of W itself, one of which is 1, and from those of (W - J)^T (W - J).
double second_modulus(const Eigen::MatrixXd& w) {
  Eigen::VectorXcd values = w.eigenvalues();
  Eigen::Index one = 0;
  (values.array() - 1.0).abs().minCoeff(&one);
  values(one) = 0;
  return values.cwiseAbs().maxCoeff();
}
double norm_off_mean(Eigen::MatrixXd w) {
  w.array() -= 1.0 / static_cast<double>(w.rows());
  return std::sqrt(
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(w.transpose() * w).eigenvalues().maxCoeff());
}

TEST(DirectedSpectrum, EqualsThatOfADenseCopyForEverySampleAndRule) {
  for (const DigraphSample& sample : digraph_samples()) {
    const Digraph graph = sample.graph();
    for (const DirectedRule& rule : directed_rules()) {
      if (rule.name == "doubly_stochastic" && !balanced(graph)) continue;
      const DirectedMatrix w = rule.make(graph);
      const DirectedSpectrum found = directed_spectrum(w);
      if (graph.nodes() == 1) {
        EXPECT_EQ(found.slem(), 0);
        continue;
      }
      const Eigen::MatrixXd matrix = dense(w);
      // Eigenvalues of a de Bruijn graph sit in Jordan blocks: both computations lose digits.
      const double tolerance = sample.kind == "de_bruijn" ? 5e-3 : 1e-10;
      EXPECT_NEAR(found.slem(), second_modulus(matrix), tolerance)
          << sample.text() << " " << rule.name;
      EXPECT_LT(found.residual, 1e-13) << sample.text() << " " << rule.name;
      EXPECT_EQ(found.norm.has_value(), found.sums == Stochastic::both);
      if (found.norm) {
        EXPECT_NEAR(*found.norm, norm_off_mean(matrix), 1e-7) << sample.text() << rule.name;
      }
      const Eigen::Map<const Eigen::VectorXd> p(found.perron.data(), graph.nodes());
      const bool rows = found.sums == Stochastic::rows;
      const Eigen::VectorXd moved = rows ? Eigen::VectorXd(matrix.transpose() * p) : matrix * p;
      EXPECT_NEAR(p.sum(), 1, 1e-13) << sample.text() << " " << rule.name;
      EXPECT_LT((moved - p).cwiseAbs().maxCoeff(), 1e-14) << sample.text() << " " << rule.name;
      EXPECT_GT(p.minCoeff(), 0) << sample.text() << " " << rule.name;
    }
  }
}

TEST(DirectedSpectrum, OfADirectedRingIsCosine) {
  for (const std::uint64_t n : {2, 3, 8, 101, 100'000}) {
    const auto found = directed_spectrum(
        make_directed_matrix("doubly_stochastic", make_digraph("directed_ring", sized(n))));
    EXPECT_EQ(found.method, "closed form");
    // |1 + e^(i t)| / 2 = cos(t / 2), t = 2 pi / n
    const double half = std::numbers::pi / static_cast<double>(n) / 2;
    EXPECT_NEAR(found.gap / (2 * std::sin(half) * std::sin(half)), 1, 1e-9) << n;
  }
}

// Ying et al. 2021: gap 2 / (1 + ceil(log2 n)) for even n; larger for odd ones, 0.75 for 5.
TEST(DirectedSpectrum, OfTheStaticExponentialGraphIsTheCatalogues) {
  for (const std::uint64_t n : {2, 4, 6, 8, 10, 16, 24, 64, 100, 1024}) {
    const auto found = directed_spectrum(
        make_directed_matrix("doubly_stochastic", make_digraph("directed_exponential", sized(n))));
    const double t = std::ceil(std::log2(static_cast<double>(n)));
    EXPECT_NEAR(found.gap, 2 / (1 + t), 1e-12) << n;
    EXPECT_NEAR(*found.norm, found.slem(), 1e-12) << n;  // normal
  }
  const auto five = directed_spectrum(
      make_directed_matrix("doubly_stochastic", make_digraph("directed_exponential", sized(5))));
  EXPECT_NEAR(five.gap, 0.75, 1e-12);
}

// W = (I + 2 B) / 3 with B nilpotent off the mean: 1/3, n - 1 times, in Jordan blocks; a single
// round does worse than 1/3.
TEST(DirectedSpectrum, OfDeBruijnGraphsIsOneThirdAsFarAsJordanBlocksAllow) {
  for (const std::uint64_t n : {4, 8, 16, 64, 256}) {
    const auto found = directed_spectrum(
        make_directed_matrix("doubly_stochastic", make_digraph("de_bruijn", sized(n))));
    const double block = std::log2(static_cast<double>(n));
    EXPECT_NEAR(found.slem(), 1.0 / 3, 10 * std::pow(1e-16, 1 / block)) << n;
    EXPECT_GT(*found.norm, found.slem() + 0.1) << n;
  }
}

// Arnoldi from 401 nodes on, against the eigenvalues of the dense copy.
TEST(DirectedSpectrum, OfLargerGraphsAgreesWithTheDenseOne) {
  GraphParameters parameters = sized(420);
  parameters.probability = 0.03;
  const Digraph graph = make_digraph("directed_erdos_renyi", parameters);
  for (const char* rule : {"row_stochastic", "column_stochastic"}) {
    const DirectedMatrix w = make_directed_matrix(rule, graph);
    const DirectedSpectrum found = directed_spectrum(w);
    EXPECT_EQ(found.method, "arnoldi");
    EXPECT_NEAR(found.slem(), second_modulus(dense(w)), 1e-9) << rule;
    EXPECT_LT(found.residual, 1e-9) << rule;
    std::vector<double> moved(graph.nodes(), 0);
    const bool rows = found.sums == Stochastic::rows;
    for (NodeId i = 0; i < graph.nodes(); ++i) {
      const auto add = [&](NodeId j, double weight) {
        moved[rows ? j : i] += weight * found.perron[rows ? i : j];
      };
      add(i, w.diagonal[i]);
      for (std::size_t k = 0; k < w.row(i).size(); ++k) add(graph.sources(i)[k], w.row(i)[k]);
    }
    for (NodeId i = 0; i < graph.nodes(); ++i)
      EXPECT_NEAR(moved[i], found.perron[i], 1e-11) << rule << " " << i;
  }
  const Digraph balanced_graph = make_digraph("de_bruijn", sized(500));
  const DirectedMatrix w = make_directed_matrix("doubly_stochastic", balanced_graph);
  EXPECT_NEAR(*directed_spectrum(w).norm, norm_off_mean(dense(w)), 1e-7);
}

TEST(DirectedSpectrum, RefusesAGraphThatIsNotStronglyConnectedNamingTheNodes) {
  const Digraph out = Digraph::from_arcs(3, {{0, 1}, {1, 0}, {1, 2}});
  EXPECT_REFUSED(directed_spectrum(make_directed_matrix("row_stochastic", out)),
                 "nothing of node 2 reaches node 0");
  const Digraph in = Digraph::from_arcs(3, {{0, 1}, {1, 0}, {2, 1}});
  EXPECT_REFUSED(directed_spectrum(make_directed_matrix("row_stochastic", in)),
                 "nothing of node 0 reaches node 2");
}

// Catalogue B.6, with matrices alone: the error of s / w falls at the rate of the spectrum, the
// sums are kept, and inputs of unit size need about 62 rounds to 1e-10.
TEST(PushSum, OnTheCataloguesDigraphFallsAtTheRateOfTheSpectrum) {
  const DirectedMatrix c = make_directed_matrix("column_stochastic", d8());
  const DirectedSpectrum found = directed_spectrum(c);
  std::vector<double> s(8), w(8, 1.0), next(8);
  RandomStream draw(6, Purpose::test);
  for (double& v : s) v = draw.uniform();
  double mean = 0;
  for (const double v : s) mean += v / 8;
  std::vector<double> error;
  for (int k = 0; k <= 60; ++k) {
    double worst = 0;
    for (std::size_t i = 0; i < 8; ++i) worst = std::max(worst, std::abs(s[i] / w[i] - mean));
    error.push_back(worst);
    multiply(c, s, next), s.swap(next);
    multiply(c, w, next), w.swap(next);
  }
  // The second eigenvalue is complex, so errors swing; over 40 rounds the swing hardly counts.
  EXPECT_NEAR(std::pow(error[60] / error[20], 1.0 / 40), found.slem(), 0.01);
  const double sum = w[0] + w[1] + w[2] + w[3] + w[4] + w[5] + w[6] + w[7];
  EXPECT_NEAR(sum, 8, 1e-14);
  EXPECT_NEAR(static_cast<double>(rounds_to(found, 1e-10)), 62, 3);
  DirectedSpectrum other;
  other.gap = 0;
  EXPECT_THROW(rounds_to(other, 0.5), GraphError);
  other.gap = 1;
  EXPECT_EQ(rounds_to(other, 0.5), 1);
}

TEST(StaticSchedule, IsItsMatrixForEver) {
  const DirectedMatrix c = make_directed_matrix("column_stochastic", d8());
  const StaticSchedule schedule(c);
  EXPECT_EQ(schedule.nodes(), 8u);
  EXPECT_EQ(schedule.period(), 1u);
  EXPECT_FALSE(schedule.symmetric());
  EXPECT_EQ(schedule.round(77).weights, c.weights);
  EXPECT_EQ(schedule.round(77).diagonal, c.diagonal);
  EXPECT_EQ(schedule.links().edges(), 10u);
  EXPECT_EQ(schedule.known_rate()->per_round, directed_spectrum(c).slem());
  GraphParameters ring = sized(8);
  const Digraph both_ways = Digraph::from_graph(make_graph("ring", ring));
  EXPECT_TRUE(StaticSchedule(make_directed_matrix("doubly_stochastic", both_ways)).symmetric());
  DirectedMatrix wrong = c;
  wrong.diagonal[0] = 0.9;
  EXPECT_REFUSED(StaticSchedule(wrong), "neither rows nor columns");
}

TEST(DirectedEdgeList, WrittenAndReadGivesTheSameGraphAndWeights) {
  for (const DigraphSample& sample : digraph_samples()) {
    const Digraph graph = sample.graph();
    const std::string text = write_edge_list(graph, nullptr, sample.text());
    EXPECT_TRUE(is_directed_text(text));
    EXPECT_NE(text.find("# directed true\n"), std::string::npos);
    const DirectedEdgeListFile read = read_directed_edge_list(text);
    EXPECT_EQ(read.graph.nodes(), graph.nodes());
    EXPECT_EQ(read.graph.arc_list(), graph.arc_list()) << sample.text();
    EXPECT_FALSE(read.weights);
    std::vector<double> weights;
    for (std::size_t k = 0; k < graph.arcs(); ++k)
      weights.push_back(1 / (3.0 + static_cast<double>(k)));
    const auto weighted = read_directed_edge_list(write_edge_list(graph, &weights));
    if (graph.arcs() > 0) {
      EXPECT_EQ(weighted.weights, weights) << sample.text();
    }
  }
}

TEST(DirectedEdgeList, TellsDirectionsApartAndRefusesTheOtherReader) {
  const auto file = read_directed_edge_list("# directed true\n1 0 0.5\n0 1 0.25\n2 0 0.1\n0 2 1\n");
  EXPECT_EQ(file.graph.arc_list(), (std::vector<Arc>{{0, 1}, {0, 2}, {1, 0}, {2, 0}}));
  EXPECT_EQ(*file.weights, (std::vector<double>{0.25, 1, 0.5, 0.1}));
  EXPECT_REFUSED(read_edge_list("# directed true\n0 1\n"), "line 1: directed 'true'");
  EXPECT_REFUSED(read_directed_edge_list("# directed false\n0 1\n"), "line 1: directed 'false'");
  EXPECT_REFUSED(read_directed_edge_list("0 1\n1 0\n0 1\n"), "line 3: arc 0 1 stands already");
  EXPECT_REFUSED(read_directed_edge_list("0 1\n4 4\n"), "line 2: arc 4 4 is a loop");
  EXPECT_REFUSED(read_directed_edge_list("5 1\n# nodes 3\n"), "line 1: node 5 is out of range");
  EXPECT_FALSE(is_directed_text("# directed false\n0 1\n"));
  EXPECT_FALSE(is_directed_text("0 1\n# directed true\n"));
}

}  // namespace
}  // namespace starling
