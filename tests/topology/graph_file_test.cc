// Readers of other programs' files: what they accept, and what they refuse with which line.
#include "topology/graph_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/topology/samples.h"
#include "topology/formats.h"
#include "topology/graphml.h"
#include "topology/matrix_market.h"

namespace starling {
namespace {

using Edges = std::vector<Edge>;

void expect_refused(const std::string& text, const std::string& message) {
  try {
    read_graph_file(text);
    ADD_FAILURE() << "read: " << text;
  } catch (const GraphError& error) {
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos)
        << error.what() << "\nwanted: " << message;
  }
}

// Whatever our writers make of a graph comes back as the same graph with the same weights.
TEST(EverySample, ComesBackFromEveryFormat) {
  for (const Sample& sample : samples()) {
    const Graph graph = sample.graph();
    const MixingMatrix matrix = make_mixing_matrix("metropolis", graph);
    std::vector<double> weights;
    for (NodeId i = 0; i < graph.nodes(); ++i)
      for (std::size_t k = 0; k < graph.degree(i); ++k)
        if (i < graph.neighbors(i)[k]) weights.push_back(matrix.row(i)[k]);
    for (const bool weighted : {false, true}) {
      const auto* given = weighted ? &weights : nullptr;
      const std::string texts[] = {
          write_edge_list(graph, given), write_graphml(graph, given),
          weighted ? write_matrix_market(matrix) : write_matrix_market(graph)};
      for (const std::string& text : texts) {
        const EdgeListFile file = read_graph_file(text);
        EXPECT_EQ(file.graph.nodes(), graph.nodes()) << sample.text();
        EXPECT_EQ(file.graph.edge_list(), graph.edge_list()) << sample.text();
        EXPECT_EQ(file.weights.value_or(std::vector<double>{}),
                  weighted ? weights : std::vector<double>{})
            << sample.text();
      }
    }
  }
}

// The trap: a symmetric file holds one triangle; not mirrored, half of W is missing.
TEST(MatrixMarket, MirrorsSymmetricFiles) {
  const EdgeListFile file = read_graph_file(
      "%%MatrixMarket matrix coordinate real symmetric\n% by scipy\n3 3 5\n"
      "1 1 0.75\n2 1 0.25\n2 2 0.25\n3 2 5.0e-1\n3 3 0.5\n");
  EXPECT_EQ(file.graph.edge_list(), (Edges{{0, 1}, {1, 2}}));
  EXPECT_EQ(file.weights, (std::vector<double>{0.25, 0.5}));
}

TEST(MatrixMarket, TakesPatternsIntegersCapitalsAndLineEndsOfTwoBytes) {
  EXPECT_EQ(read_graph_file("%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 1\n")
                .graph.edge_list(),
            (Edges{{0, 1}, {0, 2}}));
  const EdgeListFile adjacency = read_graph_file(
      "%%MatrixMarket MATRIX Coordinate Integer General\r\n2 2 2\r\n1 2 1\r\n2 1 1\r\n");
  EXPECT_EQ(adjacency.graph.edges(), 1u);
  EXPECT_FALSE(adjacency.weights);
  EXPECT_EQ(read_graph_file("%%MatrixMarket matrix coordinate real general\n1 1 0\n").graph.nodes(),
            1u);
}

TEST(MatrixMarket, RefusesWithTheLine) {
  const std::string real = "%%MatrixMarket matrix coordinate real ";
  expect_refused("%%MatrixMarket matrix array real general\n", "line 1: format 'array'");
  expect_refused("%%MatrixMarket matrix coordinate complex general\n", "line 1: field 'complex'");
  expect_refused(real + "skew-symmetric\n", "line 1: symmetry 'skew-symmetric'");
  expect_refused(real + "general\n", "line 1: no line 'rows columns entries'");
  expect_refused(real + "general\n2 3 1\n", "line 2: 2 rows, 3 columns");
  expect_refused(real + "general\n2 2\n", "line 2: '' is not a number of entries");
  expect_refused(real + "general\n99999999 99999999 0\n", "allowed: 1..10000000");
  expect_refused(real + "general\n2 2 2\n1 2 0.5\n", "line 3: 1 entries; 2 announced");
  expect_refused(real + "general\n2 2 1\n1 2 0.5\n2 1 0.5\n", "line 4: more entries");
  expect_refused(real + "general\n2 2 1\n0 2 0.5\n", "line 3: row 0 is out of range");
  expect_refused(real + "general\n2 2 1\n1 3 0.5\n", "line 3: column 3 is out of range");
  expect_refused(real + "general\n2 2 1\n1 2 nan\n", "line 3: 'nan' is not a value");
  expect_refused(real + "general\n2 2 1\n1 2 1 0\n", "line 3: more words");
  expect_refused(real + "general\n2 2 1\n1 2 0.5\n", "line 3: entry 1 2 is on one side");
  expect_refused(real + "general\n2 2 2\n1 2 0.5\n2 1 0.4\n", "entry 1 2 differs");
  expect_refused(real + "general\n2 2 2\n1 2 1\n1 2 1\n", "line 4: entry 1 2 stands already");
  expect_refused(real + "symmetric\n2 2 1\n1 2 0.5\n", "line 3: above the diagonal");
  expect_refused(real + "symmetric\n2 2 3\n1 1 0.5\n2 1 0.5\n2 2 0.25\n", "line 5: row 2 sums to");
  expect_refused("%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 1\n",
                 "line 3: a node");
}

TEST(Graphml, ReadsWhatNetworkxAndIgraphWrite) {
  const EdgeListFile networkx = read_graph_file(
      "<?xml version='1.0' encoding='utf-8'?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/"
      "xmlns\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n"
      "<key id=\"d1\" for=\"edge\" attr.name=\"colour\" attr.type=\"string\"/>\n"
      "<key id=\"d0\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n"
      "<graph edgedefault=\"undirected\"><node id=\"2\"/>\n<node id=\"0\"/><node id=\"1\"/>\n"
      "<edge source=\"2\" target=\"0\">\n  <data key=\"d0\">0.5</data>\n"
      "  <data key=\"d1\">a &lt; b</data>\n</edge>\n"
      "<edge source=\"1\" target=\"2\"><data key=\"d0\"> "
      "0.25\n</data></edge>\n</graph></graphml>\n");
  EXPECT_EQ(networkx.graph.edge_list(), (Edges{{0, 2}, {1, 2}}));
  EXPECT_EQ(networkx.weights, (std::vector<double>{0.5, 0.25}));
  // Names that are no numbers 0..n-1: in the order of the nodes, wherever the edges stand.
  const EdgeListFile igraph = read_graph_file(
      "\xEF\xBB\xBF<graphml><graph id=\"G\" edgedefault='undirected'>\n<edge source='n&#49;' "
      "target='n0'/><node id='n0'/><node id='n1'/><node id='&quot;n2&quot;'/></graph></graphml>");
  EXPECT_EQ(igraph.graph.nodes(), 3u);
  EXPECT_EQ(igraph.graph.edge_list(), (Edges{{0, 1}}));
  EXPECT_FALSE(igraph.weights);
}

TEST(Graphml, RefusesWithTheLine) {
  const auto graph = [](const std::string& body, const std::string& direction = "undirected") {
    return "<graphml>\n<graph edgedefault=\"" + direction +
           "\">\n<node id=\"0\"/><node id=\"1\"/>\n" + body + "\n</graph></graphml>";
  };
  const std::string edge = "<edge source=\"0\" target=\"1\"/>";
  expect_refused(graph(edge, "directed"), "line 4: a directed edge");
  expect_refused(graph("<edge source=\"0\" target=\"1\" directed=\"true\"/>"),
                 "line 4: a directed");
  expect_refused(graph("<edge source=\"0\" target=\"7\"/>"), "line 4: no <node> has the id '7'");
  expect_refused(graph("<edge source=\"0\"/>"), "line 4: <edge> without target");
  expect_refused(graph("<edge source=\"0\" target=\"0\"/>"),
                 "line 4: the edge of node '0' to itself");
  expect_refused(graph(edge + "\n<edge source=\"1\" target=\"0\"/>"), "stands already in line 4");
  expect_refused(graph("<node id=\"0\"/>"), "line 4: node '0' is given twice");
  expect_refused(graph("<hyperedge/>"), "line 4: <hyperedge>");
  expect_refused(graph("</graph><graph>"), "line 4: a second <graph>");
  expect_refused(graph("<edge source=\"0\" target=\"1\">"), "</graph>, where <edge> is open");
  expect_refused(graph("<node id=\"0\" id=\"2\"/>"), "attribute 'id' is given twice");
  expect_refused(graph("<node id=2/>"), "line 4: attribute 'id' without quotes");
  expect_refused(graph("&nbsp;"), "line 4: entity 'nbsp'");
  expect_refused(graph("&#0;"), "is no character");
  expect_refused(graph("<!-- "), "line 4: a comment without an end");
  expect_refused("<!DOCTYPE a [<!ENTITY b \"c\">]><graphml/>", "line 1: a document type");
  expect_refused("<svg/>", "line 1: <svg>; allowed: <graphml>");
  expect_refused("<graphml/>", "no <graph> in this file");
  expect_refused("<graphml><graph/></graphml>", "no <node> in this file");
  expect_refused("<graphml>", "<graphml> is not closed");
  std::string deep;
  for (int k = 0; k < 200; ++k) deep += "<a>";
  expect_refused("<graphml>" + deep, "nested deeper");
  const std::string weighted =
      "<graphml><key id=\"w\" for=\"edge\" attr.name=\"weight\"/>\n<graph><node id=\"0\"/>"
      "<node id=\"1\"/><node id=\"2\"/>\n<edge source=\"0\" target=\"1\"><data key=\"w\">";
  expect_refused(weighted + "x</data></edge></graph></graphml>", "line 3: 'x' is not a weight");
  expect_refused(weighted + "1</data></edge>\n<edge source=\"1\" target=\"2\"/></graph></graphml>",
                 "line 4: no weight, where earlier edges have one");
}

TEST(GraphFile, IsToldByItsBeginning) {
  EXPECT_EQ(read_graph_file("0 1\n1 2\n").graph.edges(), 2u);
  EXPECT_EQ(read_graph_file("# starling topology 1\n# nodes 3\n0 1\n").graph.nodes(), 3u);
  EXPECT_EQ(read_graph_file("\n <graphml><graph><node id='a'/></graph></graphml>").graph.nodes(),
            1u);
  expect_refused("", "line 1: no edge");
}

}  // namespace
}  // namespace starling
