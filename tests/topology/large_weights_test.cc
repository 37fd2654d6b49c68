#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "topology/generators.h"
#include "topology/mixing_matrix.h"
#include "topology/spectrum.h"

namespace starling {
namespace {

// 2,000 nodes: minutes, a spectrum with residuals, and a bound that no weights on the graph beat.
void check(const Graph& graph, double least_gain) {
  const auto start = std::chrono::steady_clock::now();
  const MixingMatrix matrix = make_mixing_matrix("fdla", graph);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const Spectrum found = spectrum(matrix);
  const double metropolis = spectrum(make_mixing_matrix("metropolis", graph)).gap();
  std::cout << graph.edges() << " edges: gap " << found.gap() << " of at most "
            << 1 - matrix.note.slem_at_least << ", metropolis " << metropolis << ", "
            << seconds.count() << " s, " << matrix.note.iterations << " steps\n";
  EXPECT_LE(found.residual_2, 1e-6 * found.gap_2);
  EXPECT_LE(found.residual_n, 1e-6);
  EXPECT_GT(matrix.note.slem_at_least, 0);
  EXPECT_LE(matrix.note.slem_at_least, found.slem() + 1e-9);
  EXPECT_GE(found.gap(), least_gain * metropolis);
}

TEST(LargeFdla, RandomRegularGraph) {
  GraphParameters parameters;
  parameters.nodes = 2000;
  parameters.degree = 4;
  check(make_graph("regular", parameters), 1.3);
}

TEST(LargeFdla, Grid) {
  GraphParameters parameters;
  parameters.nodes = 2000;
  check(make_graph("grid", parameters), 1.5);
}

TEST(LargeFdla, GeometricGraph) {
  GraphParameters parameters;
  parameters.nodes = 2000;
  parameters.radius = 0.05;
  check(make_graph("geometric", parameters), 1.8);
}

}  // namespace
}  // namespace starling
