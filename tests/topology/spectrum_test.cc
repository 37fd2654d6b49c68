#include "topology/spectrum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <string>

#include "tests/topology/samples.h"
#include "topology/contraction.h"
#include "topology/random.h"
#include "topology/spectrum/closed_form.h"
#include "topology/spectrum/iterative.h"
#include "topology/spectrum/multigrid_ends.h"
#include "topology/spectrum/shift_invert.h"

namespace starling {
namespace {

constexpr double kPi = std::numbers::pi;

Spectrum metropolis_spectrum(std::string_view kind, GraphParameters parameters) {
  return spectrum(make_mixing_matrix("metropolis", make_graph(kind, parameters)));
}
GraphParameters sized(std::uint64_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  return parameters;
}
GraphParameters sided(std::uint64_t rows, std::uint64_t columns) {
  GraphParameters parameters;
  parameters.rows = rows;
  parameters.columns = columns;
  return parameters;
}

// --- the table of catalogue A.5, written as it stands there ---

TEST(ClosedForm, Ring) {
  for (const int n : {3, 4, 5, 7, 8, 13, 16, 31, 32, 64, 101, 999}) {
    const Spectrum found = metropolis_spectrum("ring", sized(static_cast<std::uint64_t>(n)));
    EXPECT_NEAR(found.gap_2, 2.0 / 3 * (1 - std::cos(2 * kPi / n)), 1e-12) << n;
    const double l_n = 2 - 2 * std::cos(2 * kPi * (n / 2) / n);
    EXPECT_NEAR(found.lambda_n, 1 - l_n / 3, 1e-12) << n;
    EXPECT_TRUE(n % 2 != 0 || std::abs(found.lambda_n + 1.0 / 3) < 1e-12) << n;
  }
}

TEST(ClosedForm, Path) {
  for (const int n : {3, 4, 5, 7, 8, 13, 64, 997}) {
    const Spectrum found = metropolis_spectrum("path", sized(static_cast<std::uint64_t>(n)));
    EXPECT_NEAR(found.gap_2, 2.0 / 3 * (1 - std::cos(kPi / n)), 1e-12) << n;
    EXPECT_NEAR(found.lambda_n, 1 - (2 - 2 * std::cos(kPi * (n - 1) / n)) / 3, 1e-12) << n;
  }
}

TEST(ClosedForm, Torus) {
  for (const auto& [p, q] : {std::pair{3, 3}, {4, 4}, {3, 5}, {5, 3}, {8, 8}, {7, 11}, {20, 30}}) {
    const Spectrum found = metropolis_spectrum(
        "torus", sided(static_cast<std::uint64_t>(p), static_cast<std::uint64_t>(q)));
    EXPECT_NEAR(found.gap_2, 2.0 / 5 * (1 - std::cos(2 * kPi / std::max(p, q))), 1e-12);
    double l_n = 0;
    for (int j = 0; j < p; ++j)
      for (int k = 0; k < q; ++k)
        l_n = std::max(l_n, 4 - 2 * std::cos(2 * kPi * j / p) - 2 * std::cos(2 * kPi * k / q));
    EXPECT_NEAR(found.lambda_n, 1 - l_n / 5, 1e-12) << p << " x " << q;
  }
}

TEST(ClosedForm, GridLaplacian) {
  for (const auto& [p, q] : {std::pair{2, 2}, {2, 3}, {4, 4}, {8, 8}, {3, 11}, {13, 7}}) {
    const LaplacianSpectrum found = laplacian_spectrum(
        make_graph("grid", sided(static_cast<std::uint64_t>(p), static_cast<std::uint64_t>(q))));
    EXPECT_NEAR(found.l_2, 2 - 2 * std::cos(kPi / std::max(p, q)), 1e-12);
    EXPECT_NEAR(found.l_n, 4 - 2 * std::cos(kPi * (p - 1) / p) - 2 * std::cos(kPi * (q - 1) / q),
                1e-12);
  }
}

TEST(ClosedForm, HypercubeCompleteStarAndCompleteBipartite) {
  for (int m = 1; m <= 10; ++m) {
    const Spectrum found = metropolis_spectrum("hypercube", sized(std::uint64_t{1} << m));
    EXPECT_NEAR(found.gap_2, 2.0 / (m + 1), 1e-12) << m;
    EXPECT_NEAR(found.lambda_n, -(m - 1.0) / (m + 1), 1e-12) << m;
  }
  for (const int n : {2, 3, 5, 8, 97}) {
    const Spectrum complete = metropolis_spectrum("complete", sized(static_cast<std::uint64_t>(n)));
    EXPECT_NEAR(complete.gap_2, 1, 1e-12);
    EXPECT_NEAR(complete.lambda_n, 0, 1e-12);
  }
  for (const int n : {3, 5, 8, 64, 97}) {
    const Spectrum star = metropolis_spectrum("star", sized(static_cast<std::uint64_t>(n)));
    EXPECT_NEAR(star.gap_2, 1.0 / n, 1e-12);
    EXPECT_NEAR(star.lambda_n, 0, 1e-12);
  }
  for (const auto& [a, b] : {std::pair{2, 2}, {4, 4}, {3, 5}, {7, 2}, {11, 13}}) {
    const LaplacianSpectrum l = laplacian_spectrum(make_graph(
        "complete_bipartite", sided(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b))));
    EXPECT_NEAR(l.l_2, std::min(a, b), 1e-12);
    EXPECT_NEAR(l.l_n, a + b, 1e-12);
    const Spectrum found = metropolis_spectrum(
        "complete_bipartite", sided(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
    EXPECT_NEAR(found.gap_2, std::min(a, b) / (1.0 + std::max(a, b)), 1e-12);
  }
}

TEST(ClosedForm, PaleyAndTheUnmovedSmallWorld) {
  for (const int q : {5, 13, 29, 101}) {
    const double d = (q - 1) / 2.0, low = (-1 - std::sqrt(q)) / 2, high = (-1 + std::sqrt(q)) / 2;
    const Spectrum found = metropolis_spectrum("paley", sized(static_cast<std::uint64_t>(q)));
    EXPECT_NEAR(found.lambda_2(), (1 + high) / (d + 1), 1e-12);
    EXPECT_NEAR(found.lambda_n, (1 + low) / (d + 1), 1e-12);
  }
  GraphParameters parameters = sized(32);
  parameters.degree = 4;
  parameters.probability = 0;
  const LaplacianSpectrum l = laplacian_spectrum(make_graph("watts_strogatz", parameters));
  double least = 100;
  for (int j = 1; j < 32; ++j)
    least = std::min(least, 4 - 2 * (std::cos(2 * kPi * j / 32) + std::cos(4 * kPi * j / 32)));
  EXPECT_NEAR(l.l_2, least, 1e-12);
}

// Bounds proven for the multigraph; dropping its loops and repeats changes the weights, and the gap
// stays above the same constant here.
TEST(Margulis, HasAGapThatDoesNotCloseWithItsSize) {
  for (const std::uint64_t m : {5u, 10u, 20u, 31u})
    EXPECT_GT(metropolis_spectrum("margulis", sized(m * m)).gap_2, (8 - 5 * std::sqrt(2.0)) / 9);
}

TEST(OneAndTwoNodes, HaveASpectrum) {
  const Spectrum one = metropolis_spectrum("ring", sized(1));
  EXPECT_EQ(one.gap_2, 1);
  EXPECT_EQ(one.lambda_n, 0);
  const Spectrum two = metropolis_spectrum("path", sized(2));
  EXPECT_NEAR(two.gap_2, 1, 1e-15);
  EXPECT_NEAR(two.lambda_n, 0, 1e-15);
  // Unequal data: one eigenvalue off the mean, 1 - w_12 - w_21.
  const std::vector<double> counts = {1, 3};
  const MixingMatrix matrix =
      make_mixing_matrix("data_weighted", make_graph("path", sized(2)), counts);
  const double lambda = 1 - matrix.weights[0] - matrix.weights[1];
  EXPECT_NEAR(spectrum(matrix).lambda_2(), lambda, 1e-15);
  EXPECT_NEAR(spectrum(matrix).lambda_n, lambda, 1e-15);
}

// --- measured numbers of the catalogue, made by an independent numpy program ---

TEST(MeasuredTable, IsReproduced) {
  struct Row {
    const char* kind;
    GraphParameters parameters;
    double lambda_n, lambda_2, chi;
  };
  const Row rows[] = {
      {"ring", sized(8), -.3333, .8047, 6.83},   {"ring", sized(16), -.3333, .9493, 26.27},
      {"ring", sized(32), -.3333, .9872, 104.1}, {"path", sized(8), -.2826, .9493, 25.27},
      {"torus", sized(16), -.6, .6, 4.00},       {"hypercube", sized(16), -.6, .6, 4.00},
      {"grid", sized(16), -.4308, .8686, 10.89}, {"hypercube", sized(8), -.5, .5, 3.00},
      {"star", sized(8), 0, .875, 8.00},         {"complete_bipartite", sided(4, 4), -.6, .2, 2.00},
      {"paley", sized(13), -.186, .329, 1.77},   {"paley", sized(29), -.146, .213, 1.46}};
  for (const Row& row : rows) {
    const Spectrum found = metropolis_spectrum(row.kind, row.parameters);
    EXPECT_NEAR(found.lambda_n, row.lambda_n, 5.1e-4) << row.kind;
    EXPECT_NEAR(found.lambda_2(), row.lambda_2, 5.1e-4) << row.kind;
    EXPECT_NEAR((1 - found.lambda_n) / found.gap_2 / row.chi, 1, 5e-3) << row.kind;
  }
}

TEST(StepsToOneMillionth, AreThoseOfTheReadme) {
  struct Row {
    const char* kind;
    long long plain, chebyshev;
  };
  for (const Row& row :
       {Row{"ring", 4297, 148}, {"star", 878, 58}, {"grid", 421, 50}, {"torus", 111, 27}}) {
    const Spectrum found = metropolis_spectrum(row.kind, sized(64));
    EXPECT_EQ(plain_steps(found, 1e-6), row.plain) << row.kind;
    EXPECT_EQ(chebyshev_steps(found, 1e-6), row.chebyshev) << row.kind;
  }
}

// --- the methods against each other ---

Graph renumbered(const Graph& graph, std::uint64_t seed) {
  std::vector<NodeId> name(graph.nodes());
  std::iota(name.begin(), name.end(), NodeId{0});
  RandomStream stream(seed, Purpose::test);
  shuffle(name, stream);
  std::vector<Edge> edges;
  for (const Edge& e : graph.edge_list()) edges.push_back({name[e.u], name[e.v]});
  return Graph::from_edges(graph.nodes(), std::move(edges));
}

TEST(EverySample, HasTheSameClosedFormAsDenseEigenvaluesInAnyNumbering) {
  int recognised = 0;
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    if (graph.nodes() == 1) continue;
    for (const Graph& given : {graph, renumbered(graph, 3)}) {
      const auto closed = laplacian_closed_form(given);
      if (!closed) continue;
      ++recognised;
      const double a = 0.7 / graph.nodes();
      const MixingMatrix matrix =
          mixing_matrix_from_weights(given, std::vector<double>(given.edges(), a));
      const Ends ends = dense_ends(Symmetrized(matrix));
      EXPECT_NEAR(closed->l_2, ends.top.gap / a, 1e-10) << sample.text();
      EXPECT_NEAR(closed->l_n, ends.bottom.gap / a, 1e-10) << sample.text();
      EXPECT_LT(ends.top.residual, 1e-13);
    }
  }
  EXPECT_GT(recognised, 100);
}

// Against dense eigenvalues: the error each method states, and the digits it promises.
void expect_top(const std::optional<Ritz>& found, const Ritz& dense, const std::string& what) {
  ASSERT_TRUE(found) << what;
  EXPECT_NEAR(found->gap / dense.gap, 1, 1e-7) << what;
  EXPECT_LE(std::abs(found->gap - dense.gap), found->error + 1e-14) << what;
}
void expect_bottom(const std::optional<Ritz>& found, const Ritz& dense, const std::string& what) {
  ASSERT_TRUE(found) << what;
  EXPECT_NEAR(found->gap, dense.gap, 1e-7) << what;
  EXPECT_LE(std::abs(found->gap - dense.gap), found->error + 1e-14) << what;
}

TEST(LanczosMultigridAndShiftInvert, AgreeWithDenseEigenvaluesWithinTheErrorTheyState) {
  GraphParameters tree = sized(700), geometric = sized(700), regular = sized(700);
  geometric.radius = 0.1;
  regular.degree = 4;
  const std::pair<const char*, GraphParameters> cases[] = {
      {"tree", tree}, {"geometric", geometric}, {"regular", regular}, {"grid", sized(700)}};
  for (const auto& [kind, parameters] : cases) {
    const Graph graph = make_graph(kind, parameters);
    std::vector<double> counts(graph.nodes());
    RandomStream stream(4, Purpose::test);
    for (double& m : counts) m = 1 + static_cast<double>(stream.below(20));
    for (const char* rule : {"metropolis", "lazy_metropolis", "max_degree", "data_weighted"}) {
      const std::string what = std::string(kind) + " " + rule;
      const MixingMatrix matrix = make_mixing_matrix(rule, graph, counts);
      const Symmetrized s(matrix);
      const Ends dense = dense_ends(s);
      const auto order = elimination(graph, 1'000'000);
      ASSERT_TRUE(order);
      expect_top(inverse_top(s, *order), dense.top, "shift-invert " + what);
      expect_bottom(inverse_bottom(s, *order, dense.top.gap), dense.bottom, "shift-invert " + what);
      const LanczosEnds lanczos = lanczos_ends(s, 1300, false);
      if (lanczos.top) expect_top(lanczos.top, dense.top, "lanczos " + what);
      if (lanczos.bottom) expect_bottom(lanczos.bottom, dense.bottom, "lanczos " + what);
      EXPECT_TRUE(lanczos.top || dense.top.gap < 0.01) << what;
      expect_top(multigrid_top(s), dense.top, "multigrid " + what);
      const bool two_sides = std::string(kind) == "tree" || std::string(kind) == "grid";
      const auto bottom = multigrid_bottom(s, dense.top.gap);
      EXPECT_EQ(bottom.has_value(), two_sides) << what;
      if (bottom) expect_bottom(bottom, dense.bottom, "multigrid " + what);
    }
  }
}

// All eigenvalues of a lazy W are positive: the deflated mean must not show up as lambda_n = 0.
TEST(Lanczos, DoesNotTakeTheDeflatedMeanForTheBottom) {
  GraphParameters parameters = sized(1500);
  parameters.degree = 6;
  const MixingMatrix matrix =
      make_mixing_matrix("lazy_metropolis", make_graph("regular", parameters));
  const LanczosEnds ends = lanczos_ends(Symmetrized(matrix), 2000);
  ASSERT_TRUE(ends.top && ends.bottom);
  EXPECT_GT(1 - ends.bottom->gap, 0.1);
}

TEST(Lanczos, NoticesThatItCrawls) {
  const MixingMatrix matrix = make_mixing_matrix("metropolis", make_graph("grid", sized(10'000)));
  const LanczosEnds ends = lanczos_ends(Symmetrized(matrix), 100'000);
  EXPECT_FALSE(ends.top);
}

// With all weights equal a grid has a closed form, at both ends; its slowest modes come in pairs
// where it is square and nearly so where it almost is.
TEST(Multigrid, HasTheGapOfGridsOfTenThousandNodes) {
  for (const auto& [p, q] : {std::pair{100, 100}, {99, 101}, {40, 250}, {128, 64}}) {
    const Graph graph =
        make_graph("grid", sided(static_cast<std::uint64_t>(p), static_cast<std::uint64_t>(q)));
    const MixingMatrix matrix = make_mixing_matrix("max_degree", graph);
    const Symmetrized s(matrix);
    const auto closed = laplacian_closed_form(graph);
    const auto top = multigrid_top(s);
    ASSERT_TRUE(closed && top) << p << " x " << q;
    EXPECT_NEAR(top->gap / (closed->l_2 / 5), 1, 1e-7) << p << " x " << q;
    const auto bottom = multigrid_bottom(s, top->gap);
    ASSERT_TRUE(bottom) << p << " x " << q;
    EXPECT_NEAR(bottom->gap, closed->l_n / 5, 0.01 * top->gap) << p << " x " << q;
  }
}

// Without a self weight to tell nodes apart the signs of the two sides are the bottom's vector.
TEST(Multigrid, BottomOfARegularBipartiteGraphIsItsTwoSides) {
  const MixingMatrix matrix = make_mixing_matrix("metropolis", make_graph("torus", sided(30, 40)));
  const auto bottom = multigrid_bottom(Symmetrized(matrix), 1e-3);
  ASSERT_TRUE(bottom);
  EXPECT_NEAR(1 - bottom->gap, -0.6, 1e-13);
}

// So narrow that the bottom's neighbors are nearer than a preconditioner sees; a factor fills in
// little there.
TEST(Spectrum, OfANarrowGridHasBothEndsOfItsClosedForm) {
  const Graph graph = make_graph("grid", sided(10, 1000));
  const auto closed = laplacian_closed_form(graph);
  ASSERT_TRUE(closed);
  std::vector<double> weights(graph.edges(), 0.2);
  weights[0] *= 1 + 1e-13;  // hides the closed form from spectrum()
  const Spectrum found = spectrum(mixing_matrix_from_weights(graph, weights));
  EXPECT_EQ(found.method, "shift-invert");
  EXPECT_NEAR(found.gap_2 / (closed->l_2 / 5), 1, 1e-7);
  EXPECT_NEAR(1 - found.lambda_n, closed->l_n / 5, 0.01 * found.gap_2);
}

// A random geometric graph against inverse iteration by Cholesky, which shares no step with it.
TEST(Multigrid, AgreesWithShiftInvertOnPointsOfTheSquare) {
  GraphParameters parameters = sized(5000);
  parameters.radius = 0.035;
  const Graph graph = make_graph("geometric", parameters);
  const MixingMatrix matrix = make_mixing_matrix("metropolis", graph);
  const Symmetrized s(matrix);
  const auto order = elimination(graph, 10'000'000);
  ASSERT_TRUE(order);
  const auto direct = inverse_top(s, *order);
  const auto top = multigrid_top(s);
  ASSERT_TRUE(direct && top);
  EXPECT_NEAR(top->gap / direct->gap, 1, 2e-7);
}

TEST(Multigrid, LeavesNegativeWeightsToOthers) {
  const Graph graph = make_graph("grid", sized(400));
  std::vector<double> weights(graph.edges(), 0.2);
  weights[7] = -0.01;
  const MixingMatrix matrix = mixing_matrix_from_weights(graph, weights);
  EXPECT_FALSE(multigrid_top(Symmetrized(matrix)));
}

// An eigenvector as promised: W z = lambda_2 z, of length one in pi, orthogonal to it; on a path
// it is a cosine, so monotone from one end to the other.
TEST(SlowestMode, IsAnEigenvectorOfLambdaTwo) {
  GraphParameters geometric = sized(1200);
  geometric.radius = 0.08;
  const std::pair<const char*, GraphParameters> cases[] = {{"barbell", sized(12)},
                                                           {"path", sized(40)},
                                                           {"grid", sided(30, 41)},
                                                           {"tree", sized(1500)},
                                                           {"geometric", geometric}};
  for (const auto& [kind, parameters] : cases)
    for (const char* rule : {"metropolis", "data_weighted"}) {
      const Graph graph = make_graph(kind, parameters);
      std::vector<double> counts(graph.nodes());
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = 1 + static_cast<double>(i % 7);
      const MixingMatrix matrix = make_mixing_matrix(rule, graph, counts);
      const std::vector<double> z = slowest_mode(matrix);
      std::vector<double> image(z.size());
      multiply(matrix, z, image);
      const double lambda = spectrum(matrix).lambda_2();
      double length = 0, mean = 0, defect = 0;
      for (std::size_t i = 0; i < z.size(); ++i) {
        length += matrix.stationary[i] * z[i] * z[i];
        mean += matrix.stationary[i] * z[i];
        defect = std::max(defect, std::abs(image[i] - lambda * z[i]));
      }
      EXPECT_NEAR(length, 1, 1e-12) << kind << " " << rule;
      EXPECT_NEAR(mean, 0, 1e-12) << kind << " " << rule;
      EXPECT_LT(defect, 1e-4) << kind << " " << rule;
      EXPECT_GT(*std::max_element(z.begin(), z.end()), 0);
    }
  const std::vector<double> path =
      slowest_mode(make_mixing_matrix("metropolis", make_graph("path", sized(40))));
  EXPECT_GT(path.front(), 0);
  EXPECT_TRUE(std::is_sorted(path.rbegin(), path.rend()));
}

// Against the closed form, where neighboring eigenvalues lie 1e-9 apart at both ends.
TEST(ShiftInvert, ResolvesAGapOfTenToTheMinusNine) {
  const Graph path = make_graph("path", sized(50'000));
  const MixingMatrix matrix = make_mixing_matrix("metropolis", path);
  const Symmetrized s(matrix);
  const auto order = elimination(path, 10'000'000);
  ASSERT_TRUE(order);
  const auto top = inverse_top(s, *order);
  ASSERT_TRUE(top);
  const double sine = std::sin(kPi / 100'000);
  EXPECT_NEAR(top->gap / (4.0 / 3 * sine * sine), 1, 1e-7);
  const auto bottom = inverse_bottom(s, *order, top->gap);
  ASSERT_TRUE(bottom);
  EXPECT_NEAR(bottom->gap, 4.0 / 3 * (1 - sine * sine), 1e-13);
}

// --- large graphs ---

TEST(RingOf100000, HasItsGapToTwelveDigits) {
  const Spectrum found = metropolis_spectrum("ring", sized(100'000));
  const double sine = std::sin(kPi / 100'000);
  EXPECT_NEAR(found.gap_2 / (4.0 / 3 * sine * sine), 1, 1e-12);
}

// In another numbering and with a chord nothing is recognised: the same digits must come from
// numerics. A weightless chord leaves the spectrum as it was.
TEST(RingOf100000, HasItsGapToSixDigitsWithoutAClosedForm) {
  const Graph ring = renumbered(make_graph("ring", sized(100'000)), 5);
  auto edges = ring.edge_list();
  edges.push_back({ring.neighbors(0)[0], ring.neighbors(0)[1]});
  const Graph graph = Graph::from_edges(ring.nodes(), edges);
  const Edge chord = edges.back();
  std::vector<double> weights;
  for (const Edge& e : graph.edge_list())
    weights.push_back(e == Edge{std::min(chord.u, chord.v), std::max(chord.u, chord.v)} ? 0
                                                                                        : 1.0 / 3);
  const Spectrum found = spectrum(mixing_matrix_from_weights(graph, weights));
  EXPECT_EQ(found.method, "shift-invert");
  const double sine = std::sin(kPi / 100'000);
  EXPECT_NEAR(found.gap_2 / (4.0 / 3 * sine * sine), 1, 1e-6);
  EXPECT_NEAR(found.lambda_n, -1.0 / 3, 1e-9);
}

// The oracle shares nothing with Lanczos: a fixed Chebyshev filter that amplifies what lies above
// the theorem's edge (1 + 2 sqrt 3) / 5 = .89282 less 3e-4, and a Rayleigh quotient, which is never
// above lambda_2. Its error after 3000 products is below 1e-9.
TEST(RandomRegularOf100000, HasItsGapToSixDigits) {
  GraphParameters parameters = sized(100'000);
  parameters.degree = 4;
  const MixingMatrix matrix = make_mixing_matrix("metropolis", make_graph("regular", parameters));
  const Spectrum found = spectrum(matrix);
  EXPECT_EQ(found.method, "lanczos");
  EXPECT_LE(found.error_2, 1e-7 * found.gap_2);
  EXPECT_LE(found.residual_2, 1e-4 * found.gap_2);

  const std::size_t n = 100'000;
  const double top = (1 + 2 * std::sqrt(3.0)) / 5 - 3e-4, bottom = -0.494;
  std::vector<double> before(n), now(n), next(n);
  RandomStream stream(6, Purpose::test);
  for (double& value : before) value = stream.normal();
  const auto centre = [&](std::vector<double>& v) {
    const double mean = std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(n);
    for (double& value : v) value -= mean;
  };
  const auto apply = [&](const std::vector<double>& v, std::vector<double>& image) {
    multiply(matrix, v, image);
    for (std::size_t i = 0; i < n; ++i)
      image[i] = (2 * image[i] - (top + bottom) * v[i]) / (top - bottom);
  };
  centre(before);
  apply(before, now);
  for (int k = 0; k < 3000; ++k) {
    apply(now, next);
    double largest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] = 2 * next[i] - before[i];
      largest = std::max(largest, std::abs(next[i]));
    }
    centre(next);  // the filter amplifies the mean most of all
    before.swap(now);
    now.swap(next);
    if (largest < 1e100) continue;
    for (std::size_t i = 0; i < n; ++i) {
      now[i] /= largest;
      before[i] /= largest;
    }
  }
  centre(now);
  multiply(matrix, now, next);
  const double norm = std::inner_product(now.begin(), now.end(), now.begin(), 0.0);
  const double rayleigh = std::inner_product(now.begin(), now.end(), next.begin(), 0.0) / norm;
  EXPECT_NEAR(found.gap_2 / (1 - rayleigh), 1, 1e-7);
}

TEST(Spectrum, RefusesADisconnectedGraphByName) {
  try {
    spectrum(make_mixing_matrix("metropolis", Graph::from_edges(4, {{0, 1}, {2, 3}})));
    FAIL();
  } catch (const GraphError& error) {
    EXPECT_STREQ(error.what(), "the graph is disconnected: node 2 cannot be reached from node 0");
  }
}

}  // namespace
}  // namespace starling
