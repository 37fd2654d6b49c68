#include "topology/edge_list.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/topology/samples.h"
#include "topology/random.h"

namespace starling {
namespace {

std::string refusal(std::string_view text, NodeId max_nodes = 1000) {
  try {
    read_edge_list(text, max_nodes);
  } catch (const GraphError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(EdgeList, ReadsBackWhatItWroteWithEveryBitOfTheWeights) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    RandomStream stream(8, Purpose::test);
    std::vector<double> weights(graph.edges());
    for (double& w : weights)
      w = std::ldexp(stream.normal(), static_cast<int>(stream.below(60)) - 30);
    const auto plain = read_edge_list(write_edge_list(graph, nullptr, "kind x\nand more"));
    EXPECT_EQ(plain.graph.nodes(), graph.nodes());
    EXPECT_EQ(plain.graph.edge_list(), graph.edge_list());
    EXPECT_FALSE(plain.weights);
    if (graph.edges() == 0) continue;
    const auto weighted = read_edge_list(write_edge_list(graph, &weights));
    EXPECT_EQ(weighted.graph.edge_list(), graph.edge_list());
    EXPECT_EQ(weighted.weights, weights);
  }
}

TEST(EdgeList, ReadsWhatOthersWrite) {
  // networkx.write_edgelist and write_weighted_edgelist; Windows line ends; no final newline.
  const auto networkx = read_edge_list("#script.py\n# GMT Fri Nov 21\n#\n0 1 {}\n1 2 {}");
  EXPECT_EQ(networkx.graph.edges(), 2u);
  EXPECT_EQ(networkx.graph.nodes(), 3u);
  const auto weighted = read_edge_list("0 2 0.25\r\n\t1 0\t-1e-3\r\n\r\n");
  EXPECT_EQ(weighted.weights, (std::vector<double>{-1e-3, 0.25}));  // in the order of the edges
  // The header keeps isolated nodes, wherever it stands.
  EXPECT_EQ(read_edge_list("0 1\n# nodes 5\n").graph.nodes(), 5u);
  EXPECT_EQ(read_edge_list("# nodes 1\n").graph.edges(), 0u);
}

TEST(EdgeList, ReadsDecentralizepyFilesThatListEveryEdgeFromBothEnds) {
  const auto file = read_edge_list("4\n0 1\n0 3\n1 0\n1 2\n2 1\n2 3\n3 0\n3 2\n");
  EXPECT_EQ(file.graph.nodes(), 4u);
  EXPECT_EQ(file.graph.edge_list(), (std::vector<Edge>{{0, 1}, {0, 3}, {1, 2}, {2, 3}}));
  EXPECT_EQ(read_edge_list("3\n0 1\n1 2\n").graph.edges(), 2u);  // or from one
  EXPECT_EQ(refusal("3\n0 1\n1 0\n0 1\n"), "line 4: edge 0 1 stands already in line 2");
  EXPECT_EQ(refusal("0 1\n1 0\n"), "line 2: edge 0 1 stands already in line 1");
}

TEST(EdgeList, NamesTheLineThatIsWrong) {
  const std::pair<std::string_view, std::string_view> broken[] = {
      {"", "line 1: no edge and no '# nodes' in this file"},
      {"# just a comment\n", "line 1: no edge and no '# nodes' in this file"},
      {"0 1\n1 x\n", "line 2: 'x' is not a node number"},
      {"0 1\n1 -2\n", "line 2: '-2' is not a node number"},
      {"0 1\n1 2.5\n", "line 2: '2.5' is not a node number"},
      {"0 1\n\n# c\n3 3\n", "line 4: edge 3 3 is a loop"},
      {"0 1\n1\n", "line 2: one word; allowed: u v [weight]"},
      {"0 1 0.5 7\n", "line 1: more than three words; allowed: u v [weight]"},
      {"0 1 0.5\n1 2\n", "line 2: no weight, where earlier lines have one"},
      {"0 1\n1 2 0.5\n", "line 2: a weight, where earlier lines have none"},
      {"0 1 nan\n", "line 1: 'nan' is not a weight; allowed: a finite number"},
      {"0 1 1e999\n", "line 1: '1e999' is not a weight; allowed: a finite number"},
      {"0 1 inf\n", "line 1: 'inf' is not a weight; allowed: a finite number"},
      {"0 1000\n", "line 1: node 1000 is out of range; allowed: 0..999"},
      {"0 99999999999999999999999\n", "line 1: '99999999999999999999999' is not a node number"},
      {"# nodes 3\n0 3\n", "line 2: node 3 is out of range; allowed: 0..2"},
      {"0 3\n# nodes 3\n", "line 1: node 3 is out of range; allowed: 0..2"},
      {"# nodes 0\n", "line 1: nodes = 0; allowed: 1..1000"},
      {"# nodes 5000\n", "line 1: nodes = 5000; allowed: 1..1000"},
      {"# nodes many\n", "line 1: 'many' is not a number of nodes"},
      {"# nodes 3\n# nodes 3\n", "line 2: the number of nodes is given twice"},
      {"# starling topology 2\n0 1\n", "line 1: format version '2'; allowed: 1"},
      {"# directed true\n0 1\n", "line 1: directed 'true'; allowed: false"},
      {"# round 0\n0 1\n", "line 1: a schedule of graphs ('# round'); allowed: one static graph"},
      {"0\n", "line 1: nodes = 0; allowed: 1..1000"},
      {"4\n4\n", "line 2: one word; allowed: u v [weight]"},
      {"0 1\n\x01\x02\xff 1\n", "line 2: '\?\?\?' is not a node number"},
  };
  for (const auto& [text, message] : broken) EXPECT_EQ(refusal(text), message) << text;
}

TEST(EdgeList, QuotesNoMoreThanAGlimpseOfGarbage) {
  EXPECT_LT(refusal(std::string(100'000, 'z') + " 1\n").size(), 100u);
}

// What the fuzz target does, seeded: good files with bytes changed, cut and repeated. Either it is
// refused with a line, or what was read survives being written and read again.
TEST(EdgeList, RefusesOrUnderstandsEveryBrokenCopyOfAGoodFile) {
  const std::string good =
      "# starling topology 1\n# nodes 6\n# directed false\n"
      "0 1 0.25\n1 2 0.5\n2 3 1e-3\n3 4 1\n4 5 2\n";
  RandomStream stream(11, Purpose::test);
  const std::string_view alphabet = "0123456789 -.e#\n\r\tx\xff";
  int refused = 0;
  for (int copy = 0; copy < 20'000; ++copy) {
    std::string text = good;
    for (std::uint64_t changes = 1 + stream.below(4); changes > 0; --changes) {
      const std::size_t at = stream.below(text.size());
      switch (stream.below(4)) {
        case 0: text[at] = alphabet[stream.below(alphabet.size())]; break;
        case 1: text.insert(at, 1, alphabet[stream.below(alphabet.size())]); break;
        case 2: text.erase(at, 1 + stream.below(5)); break;
        default: text.insert(at, text.substr(stream.below(text.size()), 12));
      }
      if (text.empty()) text = "#";
    }
    try {
      const EdgeListFile file = read_edge_list(text, 1000);
      const auto* weights = file.weights ? &*file.weights : nullptr;
      const EdgeListFile again = read_edge_list(write_edge_list(file.graph, weights), 1000);
      ASSERT_EQ(again.graph.edge_list(), file.graph.edge_list()) << text;
      ASSERT_TRUE(file.graph.edges() == 0 || again.weights == file.weights) << text;
    } catch (const GraphError& error) {
      ++refused;
      ASSERT_EQ(std::string_view(error.what()).substr(0, 5), "line ") << text;
    }
  }
  EXPECT_GT(refused, 5000);
  EXPECT_LT(refused, 19'500);
}

}  // namespace
}  // namespace starling
