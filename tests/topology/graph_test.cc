#include "topology/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "topology/generators.h"
#include "topology/nearest.h"
#include "topology/random.h"

namespace starling {
namespace {

std::string message_of(NodeId nodes, std::vector<Edge> edges) {
  try {
    Graph::from_edges(nodes, std::move(edges));
  } catch (const GraphError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Graph, KeepsItsEdgesSortedWhateverTheOrderGiven) {
  const Graph graph = Graph::from_edges(5, {{3, 1}, {0, 4}, {1, 0}, {2, 1}});
  EXPECT_EQ(graph.nodes(), 5u);
  EXPECT_EQ(graph.edges(), 4u);
  EXPECT_EQ(graph.edge_list(), (std::vector<Edge>{{0, 1}, {0, 4}, {1, 2}, {1, 3}}));
  EXPECT_EQ(graph.degree(1), 3u);
  EXPECT_TRUE(graph.adjacent(4, 0));
  EXPECT_FALSE(graph.adjacent(4, 1));
}

TEST(Graph, RefusesLoopsRepeatsStrangersAndEmptiness) {
  EXPECT_NE(message_of(3, {{1, 1}}).find("edge 1 1 is a loop"), std::string::npos);
  EXPECT_NE(message_of(3, {{0, 1}, {1, 0}}).find("edge 0 1 is given twice"), std::string::npos);
  EXPECT_NE(message_of(3, {{0, 3}}).find("node 3 is out of range; nodes are 0..2"),
            std::string::npos);
  EXPECT_NE(message_of(0, {}).find("at least one node"), std::string::npos);
}

TEST(Graph, ComponentsAreNumberedByTheirLowestNode) {
  const Graph graph = Graph::from_edges(6, {{0, 3}, {1, 4}, {4, 5}});
  EXPECT_EQ(components(graph), (std::vector<NodeId>{0, 1, 2, 0, 1, 1}));
  EXPECT_FALSE(connected(graph));
  EXPECT_TRUE(connected(Graph::from_edges(1, {})));
}

// Floyd-Warshall: nothing in common with searches.
NodeId diameter_by_all_pairs(const Graph& graph) {
  const std::size_t n = graph.nodes();
  std::vector<std::vector<NodeId>> d(n, std::vector<NodeId>(n, 1'000'000));
  for (NodeId i = 0; i < n; ++i) {
    d[i][i] = 0;
    for (const NodeId j : graph.neighbors(i)) d[i][j] = 1;
  }
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) d[i][j] = std::min(d[i][j], d[i][k] + d[k][j]);
  NodeId largest = 0;
  for (const auto& row : d) largest = std::max(largest, *std::max_element(row.begin(), row.end()));
  return largest;
}

// A random tree with some more edges: between a long chain and an expander, and no two alike.
Graph random_connected(NodeId n, NodeId reach, NodeId extra, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::test);
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v)
    edges.push_back({v - 1 - static_cast<NodeId>(stream.below(std::min(v, reach))), v});
  for (NodeId k = 0; k < extra; ++k) {
    const auto u = static_cast<NodeId>(stream.below(n)), v = static_cast<NodeId>(stream.below(n));
    if (u != v) edges.push_back({std::min(u, v), std::max(u, v)});
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return Graph::from_edges(n, std::move(edges));
}

TEST(Diameter, IsTheLargestOfAllPairDistances) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const NodeId n = 2 + static_cast<NodeId>(seed) % 90, reach = 1 + static_cast<NodeId>(seed) % 7;
    const Graph graph = random_connected(n, reach, static_cast<NodeId>(seed * seed % 50), seed);
    ASSERT_EQ(diameter(graph), diameter_by_all_pairs(graph)) << "seed " << seed;
  }
}

TEST(Diameter, IsRightWithMoreSourcesThanOneSharedSearchHolds) {
  GraphParameters parameters;
  parameters.nodes = 500;
  parameters.degree = 3;
  for (parameters.seed = 1; parameters.seed <= 3; ++parameters.seed) {
    const Graph graph = make_graph("regular", parameters);
    EXPECT_EQ(diameter(graph), diameter_by_all_pairs(graph)) << parameters.seed;
  }
}

TEST(Diameter, EndsEarlyWithBoundsThatHoldIt) {
  GraphParameters parameters;
  parameters.nodes = 3000;
  parameters.degree = 3;
  const Graph graph = make_graph("regular", parameters);
  const NodeId exact = diameter(graph);
  const DiameterBounds bounds = diameter_bounds(graph, 1);
  EXPECT_LE(bounds.lower, exact);
  EXPECT_GE(bounds.upper, exact);
  EXPECT_FALSE(bounds.exact());
}

TEST(Diameter, HasItsClosedFormOnLargeLattices) {
  GraphParameters parameters;
  parameters.nodes = 100'000;
  EXPECT_EQ(diameter(make_graph("ring", parameters)), 50'000u);
  EXPECT_EQ(diameter(make_graph("path", parameters)), 99'999u);
  EXPECT_EQ(diameter(make_graph("star", parameters)), 2u);
  EXPECT_EQ(diameter(make_graph("grid", parameters)), 250u + 400u - 2);
  EXPECT_EQ(diameter(make_graph("torus", parameters)), 125u + 200u);
  parameters.nodes = 1u << 17;
  EXPECT_EQ(diameter(make_graph("hypercube", parameters)), 17u);
  parameters.nodes = 1;
  EXPECT_EQ(diameter(make_graph("ring", parameters)), 0u);
}

TEST(NearestName, FindsOneSlipAndLeavesStrangersAlone) {
  const std::string_view names[] = {"ring", "torus", "hypercube"};
  EXPECT_EQ(nearest_name("rnig", names), "ring");
  EXPECT_EQ(nearest_name("tours", names), "torus");
  EXPECT_EQ(nearest_name("hyper_cube", names), "hypercube");
  EXPECT_EQ(nearest_name("zebra", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name(std::string(1000, 'r'), names), "");
}

}  // namespace
}  // namespace starling
