#include "topology/generators.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/topology/samples.h"
#include "topology/random.h"

namespace starling {
namespace {

GraphParameters sized(std::uint64_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  return parameters;
}

std::string refusal(std::string_view kind, const GraphParameters& parameters) {
  try {
    make_graph(kind, parameters);
  } catch (const GraphError& error) {
    return error.what();
  }
  return "accepted";
}

#define EXPECT_REFUSED(kind, parameters, part) \
  EXPECT_NE(refusal(kind, parameters).find(part), std::string::npos) << refusal(kind, parameters)

TEST(EveryKind, HasASampleAndIsConnectedWithTheNodesAskedFor) {
  std::set<std::string> seen;
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    EXPECT_TRUE(connected(graph)) << sample.text();
    EXPECT_EQ(graph.nodes(), sample.parameters.nodes.value_or(graph.nodes())) << sample.text();
    seen.insert(sample.kind);
  }
  for (const GraphKind& kind : graph_kinds())
    EXPECT_TRUE(seen.contains(std::string(kind.name))) << kind.name;
  EXPECT_EQ(graph_kinds().size(), 18u);
}

TEST(EveryKind, IsTheSameForTheSameSeedAndAnotherForAnother) {
  for (Sample sample : samples()) {
    const auto edges = sample.graph().edge_list();
    EXPECT_EQ(sample.graph().edge_list(), edges) << sample.text();
    const bool random = sample.kind == "regular" || sample.kind == "erdos_renyi" ||
                        sample.kind == "watts_strogatz" || sample.kind == "barabasi_albert" ||
                        sample.kind == "geometric";
    if (!random || sample.parameters.nodes < 20u) continue;
    sample.parameters.seed += 1;
    EXPECT_NE(sample.graph().edge_list(), edges) << sample.text();
  }
}

TEST(EveryKind, RefusesWhatItDoesNotReadAndAsksForWhatItNeeds) {
  for (const GraphKind& kind : graph_kinds()) {
    const std::string read = " " + std::string(kind.parameters) + " ";
    const bool needs_size = read.find(" nodes ") != std::string::npos;
    EXPECT_REFUSED(kind.name, {}, needs_size ? "needs nodes" : "needs rows");
    GraphParameters parameters = sized(16);
    parameters.radius = 0.5;
    if (read.find(" radius ") != std::string::npos) continue;
    EXPECT_REFUSED(kind.name, parameters, "does not read");
  }
}

TEST(Ring, OfOneOrTwoNodesHasNoLoopAndNoSecondEdge) {
  EXPECT_EQ(make_graph("ring", sized(1)).edges(), 0u);
  EXPECT_EQ(make_graph("ring", sized(2)).edges(), 1u);
  EXPECT_EQ(make_graph("ring", sized(3)).edges(), 3u);
}

TEST(Torus, TakesTheMostSquarePairCountsASideOfTwoOnceAndIsARingWhenPrime) {
  const Graph twelve = make_graph("torus", sized(12));  // 3 x 4
  EXPECT_EQ(twelve.edges(), 24u);
  EXPECT_TRUE(twelve.adjacent(0, 4) && twelve.adjacent(0, 8) && twelve.adjacent(0, 3));
  const Graph ladder = make_graph("torus", sized(10));  // 2 x 5
  for (NodeId i = 0; i < 10; ++i) EXPECT_EQ(ladder.degree(i), 3u);
  EXPECT_EQ(make_graph("torus", sized(13)).edge_list(), make_graph("ring", sized(13)).edge_list());
  EXPECT_EQ(make_graph("grid", sized(13)).edge_list(), make_graph("path", sized(13)).edge_list());
  GraphParameters given;
  given.rows = 5;
  given.columns = 3;
  EXPECT_EQ(make_graph("torus", given).edges(), 30u);
  given.nodes = 16;
  EXPECT_REFUSED("torus", given, "nodes = 16; allowed: rows * cols = 15");
  given.columns.reset();
  EXPECT_REFUSED("torus", given, "needs cols");
}

TEST(Exponential, JoinsEveryPowerOfTwoBothWays) {
  const Graph graph = make_graph("exponential", sized(13));
  for (NodeId i = 0; i < 13; ++i)
    for (NodeId j = 0; j < 13; ++j) {
      const NodeId gap = (j + 13 - i) % 13;
      const bool power = gap == 1 || gap == 2 || gap == 4 || gap == 8;
      const NodeId back = (13 - gap) % 13;
      const bool back_power = back == 1 || back == 2 || back == 4 || back == 8;
      EXPECT_EQ(graph.adjacent(i, j), power || back_power) << i << " " << j;
    }
}

TEST(Paley, IsRegularAndSelfComplementaryInItsEdgeCount) {
  for (const NodeId q : {5u, 13u, 29u, 101u}) {
    const Graph graph = make_graph("paley", sized(q));
    for (NodeId i = 0; i < q; ++i) EXPECT_EQ(graph.degree(i), (q - 1) / 2);
  }
  EXPECT_REFUSED("paley", sized(15), "primes = 1 mod 4, as 13 or 17");
}

TEST(Regular, HasTheDegreeAskedForSparseDenseAndComplete) {
  for (const auto& [n, d] : {std::pair{10u, 3u}, {10u, 4u}, {11u, 8u}, {12u, 9u}, {12u, 11u},
                             {50u, 24u}, {51u, 26u}, {2u, 1u}, {1000u, 5u}})
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      GraphParameters parameters = sized(n);
      parameters.degree = d;
      parameters.seed = seed;
      const Graph graph = make_graph("regular", parameters);
      for (NodeId i = 0; i < n; ++i) ASSERT_EQ(graph.degree(i), d) << n << " " << d;
    }
  GraphParameters parameters = sized(7);
  parameters.degree = 3;
  EXPECT_REFUSED("regular", parameters, "nodes * degree even");
  parameters.degree = 7;
  EXPECT_REFUSED("regular", parameters, "degree = 7; allowed: 1..6");
  parameters.degree = 1;
  parameters.nodes = 8;
  EXPECT_REFUSED("regular", parameters, "disconnected in all of 20 draws");
}

// n p edges in the mean, standard deviation sqrt(n p (1 - p)): 200 draws of 435 pairs.
TEST(ErdosRenyi, HasTheEdgeDensityAskedFor) {
  GraphParameters parameters = sized(30);
  parameters.probability = 0.4;
  double edges = 0;
  for (parameters.seed = 1; parameters.seed <= 200; ++parameters.seed)
    edges += static_cast<double>(make_graph("erdos_renyi", parameters).edges());
  EXPECT_NEAR(edges / 200, 435 * 0.4, 4 * std::sqrt(435 * 0.4 * 0.6 / 200));
  parameters.probability = 1;
  EXPECT_EQ(make_graph("erdos_renyi", parameters).edges(), 435u);
  parameters.probability = 0.001;
  EXPECT_REFUSED("erdos_renyi", parameters, "connect from about ln(n)/n = 0.11337");
  parameters.probability = 1.5;
  EXPECT_REFUSED("erdos_renyi", parameters, "probability = 1.5");
  parameters.probability = std::nan("");
  EXPECT_REFUSED("erdos_renyi", parameters, "allowed: 0..1");
}

TEST(WattsStrogatz, KeepsItsEdgesAndIsTheLatticeWithoutMoves) {
  GraphParameters parameters = sized(40);
  parameters.degree = 6;
  parameters.probability = 0;
  const Graph lattice = make_graph("watts_strogatz", parameters);
  for (NodeId i = 0; i < 40; ++i) EXPECT_EQ(lattice.degree(i), 6u);
  EXPECT_TRUE(lattice.adjacent(0, 3) && lattice.adjacent(39, 2) && !lattice.adjacent(0, 4));
  parameters.probability = 0.5;
  const Graph moved = make_graph("watts_strogatz", parameters);
  EXPECT_EQ(moved.edges(), lattice.edges());
  EXPECT_NE(moved.edge_list(), lattice.edge_list());
  parameters.degree = 5;
  EXPECT_REFUSED("watts_strogatz", parameters, "even numbers");
}

TEST(BarabasiAlbert, HasDegreeEdgesPerNewNodeAndAHub) {
  GraphParameters parameters = sized(2000);
  parameters.degree = 3;
  const Graph graph = make_graph("barabasi_albert", parameters);
  EXPECT_EQ(graph.edges(), 3u * (2000 - 3));
  std::size_t largest = 0;
  for (NodeId i = 0; i < 2000; ++i) largest = std::max(largest, graph.degree(i));
  EXPECT_GT(largest, 40u);  // about m sqrt(n) = 134; a graph without preference stays near 3 + ln n
}

// The same points, every pair looked at.
TEST(Geometric, FindsEveryPairWithinTheRadius) {
  GraphParameters parameters = sized(300);
  parameters.radius = 0.13;
  const Graph graph = make_graph("geometric", parameters);
  std::size_t pairs = 0;
  bool connected_at = false;
  for (std::uint32_t draw = 0; draw < 20 && !connected_at; ++draw) {
    RandomStream stream(parameters.seed, Purpose::graph, 0, draw);
    std::vector<std::pair<double, double>> point(300);
    for (auto& [x, y] : point) {
      x = stream.uniform();
      y = stream.uniform();
    }
    std::vector<Edge> edges;
    for (NodeId u = 0; u < 300; ++u)
      for (NodeId v = u + 1; v < 300; ++v)
        if (std::pow(point[u].first - point[v].first, 2) +
                std::pow(point[u].second - point[v].second, 2) <= 0.13 * 0.13)
          edges.push_back({u, v});
    pairs = edges.size();
    const Graph all = Graph::from_edges(300, edges);
    connected_at = connected(all);
    if (!connected_at) continue;
    EXPECT_EQ(all.edge_list(), graph.edge_list());
  }
  EXPECT_TRUE(connected_at);
  EXPECT_EQ(graph.edges(), pairs);
}

TEST(Sizes, AreRefusedWithKeyValueAndWhatIsAllowed) {
  EXPECT_REFUSED("ring", sized(0), "kind ring: nodes = 0; allowed: 1..10000000");
  EXPECT_REFUSED("ring", sized(1ull << 40), "nodes = 1099511627776");
  EXPECT_REFUSED("hypercube", sized(12), "powers of two, as 8 or 16");
  EXPECT_REFUSED("margulis", sized(12), "squares, as 9 or 16");
  EXPECT_REFUSED("complete", sized(1'000'000), "allowed: 1..14000");
  EXPECT_REFUSED("rign", sized(4), "did you mean 'ring'?");
  EXPECT_REFUSED("zebra", sized(4), "kind = zebra is unknown; allowed: complete ring");
}

}  // namespace
}  // namespace starling
