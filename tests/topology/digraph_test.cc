#include "topology/digraph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "topology/generators.h"
#include "topology/random.h"

namespace starling {
namespace {

using Matrix = std::vector<std::vector<bool>>;

// Arcs of a random digraph with the given density, in a shuffled order.
std::vector<Arc> random_arcs(NodeId nodes, double density, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::test);
  std::vector<Arc> arcs;
  for (NodeId i = 0; i < nodes; ++i)
    for (NodeId j = 0; j < nodes; ++j)
      if (i != j && stream.uniform() < density) arcs.push_back({i, j});
  shuffle(arcs, stream);
  return arcs;
}

std::string message_of(NodeId nodes, std::vector<Arc> arcs) {
  try {
    Digraph::from_arcs(nodes, std::move(arcs));
  } catch (const GraphError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Digraph, HoldsExactlyTheGivenArcsAscendingAtBothEnds) {
  for (const NodeId n : {1u, 2u, 7u, 40u})
    for (const double density : {0.0, 0.1, 0.6, 1.0}) {
      auto arcs = random_arcs(n, density, n);
      const Digraph graph = Digraph::from_arcs(n, arcs);
      std::sort(arcs.begin(), arcs.end());
      EXPECT_EQ(graph.nodes(), n);
      EXPECT_EQ(graph.arcs(), arcs.size());
      EXPECT_EQ(graph.arc_list(), arcs);
      std::vector<Arc> from_sources;
      for (NodeId i = 0; i < n; ++i) {
        EXPECT_TRUE(std::is_sorted(graph.sources(i).begin(), graph.sources(i).end()));
        EXPECT_TRUE(std::is_sorted(graph.targets(i).begin(), graph.targets(i).end()));
        for (const NodeId j : graph.sources(i)) from_sources.push_back({j, i});
      }
      std::sort(from_sources.begin(), from_sources.end());
      EXPECT_EQ(from_sources, arcs);
    }
}

TEST(Digraph, LinksJoinEveryPairWithAnArcEitherWayOnce) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const NodeId n = 25;
    const auto arcs = random_arcs(n, 0.2, seed);
    std::vector<Edge> edges;
    for (const Arc& arc : arcs)
      edges.push_back({std::min(arc.from, arc.to), std::max(arc.from, arc.to)});
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    EXPECT_EQ(Digraph::from_arcs(n, arcs).links().edge_list(), edges);
  }
}

TEST(Digraph, OfAGraphHasBothDirectionsAndTheSameLinks) {
  GraphParameters parameters;
  parameters.nodes = 20;
  const Graph graph = make_graph("torus", parameters);
  const Digraph both = Digraph::from_graph(graph);
  EXPECT_EQ(both.arcs(), 2 * graph.edges());
  EXPECT_EQ(both.links().edge_list(), graph.edge_list());
}

TEST(Digraph, RefusesLoopsStrangersAndRepeats) {
  EXPECT_EQ(message_of(0, {}), "a graph needs at least one node");
  EXPECT_EQ(message_of(3, {{0, 3}}), "arc 0 3: node 3 is out of range; nodes are 0..2");
  EXPECT_EQ(message_of(3, {{1, 1}}), "arc 1 1 is a loop; a node does not neighbor itself");
  EXPECT_EQ(message_of(3, {{2, 1}, {1, 2}, {2, 1}}), "arc 2 1 is given twice");
  EXPECT_EQ(message_of(3, {{2, 1}, {1, 2}}), "accepted");
}

// The oracle is Warshall's closure of the adjacency matrix.
TEST(Digraph, IsStronglyConnectedExactlyWhenTheClosureIsFull) {
  int strong = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const NodeId n = 8;
    const auto arcs = random_arcs(n, 0.35, seed);
    Matrix closure(n, std::vector<bool>(n, false));
    for (NodeId i = 0; i < n; ++i) closure[i][i] = true;
    for (const Arc& arc : arcs) closure[arc.from][arc.to] = true;
    for (NodeId k = 0; k < n; ++k)
      for (NodeId i = 0; i < n; ++i)
        for (NodeId j = 0; j < n; ++j)
          if (closure[i][k] && closure[k][j]) closure[i][j] = true;
    const bool full = std::all_of(closure.begin(), closure.end(), [](const auto& row) {
      return std::all_of(row.begin(), row.end(), [](bool b) { return b; });
    });
    EXPECT_EQ(strongly_connected(Digraph::from_arcs(n, arcs)), full) << "seed " << seed;
    strong += full;
  }
  EXPECT_GT(strong, 10);  // both answers occur
  EXPECT_LT(strong, 50);
}

TEST(DirectedMatrix, MultipliesAndMeasuresItsRowsAndColumnsAsTheDenseMatrixDoes) {
  const NodeId n = 12;
  RandomStream stream(5, Purpose::test);
  DirectedMatrix matrix{Digraph::from_arcs(n, random_arcs(n, 0.3, 9)), {}, {}};
  std::vector<std::vector<double>> dense(n, std::vector<double>(n, 0.0));
  for (NodeId i = 0; i < n; ++i) {
    for (const NodeId j : matrix.graph.sources(i)) {
      matrix.weights.push_back(stream.normal());
      dense[i][j] = matrix.weights.back();
    }
    matrix.diagonal.push_back(stream.normal());
    dense[i][i] = matrix.diagonal.back();
  }
  std::vector<double> x(n), y(n);
  for (double& value : x) value = stream.normal();
  multiply(matrix, x, y);
  double rows = 0, columns = 0;
  for (NodeId i = 0; i < n; ++i) {
    double expected = 0, row = 0, column = 0;
    for (NodeId j = 0; j < n; ++j) {
      expected += dense[i][j] * x[j];
      row += dense[i][j];
      column += dense[j][i];
    }
    EXPECT_NEAR(y[i], expected, 1e-13);
    rows = std::max(rows, std::abs(row - 1));
    columns = std::max(columns, std::abs(column - 1));
  }
  EXPECT_NEAR(row_defect(matrix), rows, 1e-13);
  EXPECT_NEAR(column_defect(matrix), columns, 1e-13);
}

}  // namespace
}  // namespace starling
