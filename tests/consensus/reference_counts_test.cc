#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;

// Catalogue table C.18: reference_quadratic (n = 8, d = 10, kappa = 100) on a ring with Metropolis
// weights, from 0: the first step at which |X - 1 x*'|_F is 1e-6 and 1e-10 of its start.
struct Count {
  const char* algorithm;
  double step_size;  // 0: auto
  const char* acceleration;
  int mixing_steps;
  double target;
  int steps;
  int local_steps = 1;
  const char* weights = "auto";
};
void PrintTo(const Count& c, std::ostream* out) {
  *out << c.algorithm << " " << c.step_size << " E=" << c.local_steps << " to " << c.target;
}

class TableC18 : public ::testing::TestWithParam<Count> {};
const Count kCounts[] = {
    {"exact_diffusion", 1, "none", 1, 1e-6, 710},
    {"exact_diffusion", 1, "none", 1, 1e-10, 1310},
    {"exact_diffusion", 1.9, "none", 1, 1e-6, 399},
    {"exact_diffusion", 1.9, "none", 1, 1e-10, 700},
    {"extra", 1.0 / 3, "none", 1, 1e-6, 2051},
    {"extra", 1.0 / 3, "none", 1, 1e-10, 3876},
    {"extra", .95, "none", 1, 1e-6, 751},
    {"extra", .95, "none", 1, 1e-10, 1382},
    {"gradient_tracking", .4, "none", 1, 1e-6, 1713},
    {"gradient_tracking", .4, "none", 1, 1e-10, 3232},
    {"gradient_tracking", 1, "none", 1, 1e-6, 729},
    {"gradient_tracking", 1, "none", 1, 1e-10, 1323},
    {"mudag", 0, "chebyshev", 5, 1e-6, 97},
    {"mudag", 0, "chebyshev", 5, 1e-10, 167},
    // Local steps; the table counts K-GT on a lazy W.
    {"exact_diffusion", .5, "none", 1, 1e-6, 338, 5},
    {"exact_diffusion", .5, "none", 1, 1e-10, 548, 5},
    {"exact_diffusion", 1, "none", 1, 1e-6, 388, 2},
    {"exact_diffusion", .25, "none", 1, 1e-6, 338, 10},
    {"exact_diffusion", .125, "none", 1, 1e-6, 338, 20},
    {"exact_diffusion", .5, "none", 1, 1e-6, 617, 10},
    {"k_gt", .1, "none", 1, 1e-6, 1492, 5, "lazy_metropolis"},
    {"k_gt", .1, "none", 1, 1e-10, 2680, 5, "lazy_metropolis"},
};
INSTANTIATE_TEST_SUITE_P(Catalogue, TableC18, ::testing::ValuesIn(kCounts));

TEST_P(TableC18, IterationsAreThoseOfTheTable) {
  const Count& c = GetParam();
  Settings settings = settings_of(c.algorithm, c.step_size, c.acceleration, c.mixing_steps);
  settings.algorithm.local_steps = c.local_steps;
  settings.topology.weights = c.weights;
  settings.stop.steps = 5000;
  settings.stop.relative_error = c.target;
  Scenario<double> scenario(settings, graph_of("ring", 8), kQuadratic);
  const auto executor = scenario.start();
  EXPECT_EQ(executor->run(), RunStatus::converged);
  EXPECT_NEAR(static_cast<double>(executor->runner(0).progress().step), c.steps, 1);
}

// One more column of the table's second half: the same problem on other graphs.
struct GraphCount {
  const char* graph;
  std::uint32_t nodes;
  const char* algorithm;
  double step_size;
  const char* acceleration;
  int mixing_steps, steps;
};
void PrintTo(const GraphCount& c, std::ostream* out) {
  *out << c.graph << c.nodes << " " << c.algorithm;
}
class GraphsOfC18 : public ::testing::TestWithParam<GraphCount> {};
const GraphCount kGraphCounts[] = {
    {"complete", 8, "exact_diffusion", 1, "none", 1, 687},
    {"ring", 16, "exact_diffusion", 1, "none", 1, 665},
    {"ring", 32, "exact_diffusion", 1, "none", 1, 1570},
    {"path", 16, "exact_diffusion", 1, "none", 1, 1641},
    {"torus", 16, "exact_diffusion", 1, "none", 1, 737},
    {"hypercube", 16, "exact_diffusion", 1, "none", 1, 738},
    {"star", 8, "exact_diffusion", 1, "none", 1, 761},
    {"ring", 8, "gradient_tracking", 1, "chebyshev", 5, 675},
    {"ring", 16, "gradient_tracking", 1, "auto", 0, 743},
    {"path", 16, "gradient_tracking", 1, "auto", 0, 743},
    {"ring", 8, "mudag", 0, "auto", 0, 97},
    {"ring", 16, "mudag", 0, "auto", 0, 106},
    {"ring", 32, "mudag", 0, "auto", 0, 107},
    {"path", 16, "mudag", 0, "auto", 0, 107},
    {"torus", 16, "mudag", 0, "auto", 0, 106},
    {"star", 8, "mudag", 0, "auto", 0, 98},
};
INSTANTIATE_TEST_SUITE_P(Catalogue, GraphsOfC18, ::testing::ValuesIn(kGraphCounts));

TEST_P(GraphsOfC18, IterationsAreThoseOfTheTable) {
  const GraphCount& c = GetParam();
  Settings settings = settings_of(c.algorithm, c.step_size, c.acceleration, c.mixing_steps);
  settings.stop.steps = 5000;
  settings.stop.relative_error = 1e-6;
  Scenario<double> scenario(settings, graph_of(c.graph, c.nodes), kQuadratic);
  const auto executor = scenario.start();
  EXPECT_EQ(executor->run(), RunStatus::converged);
  EXPECT_NEAR(static_cast<double>(executor->runner(0).progress().step), c.steps, 1);
}

// "First iterates for debugging" below the table.
TEST(FirstIterates, AreThoseOfTheCatalogue) {
  struct {
    const char* algorithm;
    double step_size, at_1, at_10, at_100;
  } const cases[] = {{"exact_diffusion", 1, 1.01525561, .58041534, .05862467},
                     {"gradient_tracking", .4, .95653184, .70791669, .23727352}};
  for (const auto& c : cases) {
    Scenario<double> scenario(settings_of(c.algorithm, c.step_size, "none", 1), graph_of("ring", 8),
                              kQuadratic);
    const Eigen::VectorXd optimum = scenario.quadratic_optimum();
    const std::pair<std::uint64_t, double> points[] = {{1, c.at_1}, {10, c.at_10}, {100, c.at_100}};
    for (const auto& [step, expected] : points) {
      const Rows x = state_of(*scenario.after(step), 8);
      const double error =
          (x.rowwise() - optimum.transpose()).norm() / (std::sqrt(8.0) * optimum.norm());
      EXPECT_NEAR(error, expected, 6e-9) << c.algorithm << " step " << step;
    }
  }
}

}  // namespace
}  // namespace starling
