#include "topology/formats.h"

#include <gtest/gtest.h>

#include <Eigen/Sparse>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unsupported/Eigen/SparseExtra>

namespace starling {
namespace {

Graph triangle_and_a_lonely_node() {
  return Graph::from_edges(4, {{0, 1}, {0, 2}, {1, 2}});
}
const std::vector<double> kWeights = {0.1, 0.2, 1.0 / 3};

// Eigen's own reader, an independent one.
TEST(MatrixMarket, IsReadByEigenAsTheSameMatrixToTheBit) {
  const MixingMatrix matrix = make_mixing_matrix("data_weighted", triangle_and_a_lonely_node(),
                                                 std::vector<double>{1, 2, 3, 4});
  const auto path = std::filesystem::temp_directory_path() /
                    ("starling_formats_test_" + std::to_string(::getpid()) + ".mtx");
  std::ofstream(path) << write_matrix_market(matrix);
  Eigen::SparseMatrix<double> read;
  ASSERT_TRUE(Eigen::loadMarket(read, path.string()));
  std::filesystem::remove(path);
  EXPECT_EQ(read.nonZeros(), 4 + 6);
  for (NodeId i = 0; i < 4; ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    EXPECT_EQ(read.coeff(at, at), matrix.diagonal[i]);
    for (std::size_t k = 0; k < matrix.graph.degree(i); ++k)
      EXPECT_EQ(read.coeff(at, matrix.graph.neighbors(i)[k]), matrix.row(i)[k]);
  }
}

TEST(MatrixMarket, OfAGraphHoldsBothTriangles) {
  EXPECT_EQ(write_matrix_market(Graph::from_edges(2, {{0, 1}})),
            "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 1\n2 1 1\n");
}

TEST(NodeLink, IsJsonWithEveryNodeAndEdge) {
  const auto json = nlohmann::json::parse(write_node_link(triangle_and_a_lonely_node(), &kWeights));
  EXPECT_FALSE(json["directed"].get<bool>());
  EXPECT_EQ(json["nodes"].size(), 4u);
  ASSERT_EQ(json["links"].size(), 3u);
  EXPECT_EQ(json["links"][2]["source"], 1);
  EXPECT_EQ(json["links"][2]["target"], 2);
  EXPECT_EQ(json["links"][2]["weight"].get<double>(), 1.0 / 3);
}

TEST(GraphmlAndDot, AreExactlyThis) {
  const Graph graph = Graph::from_edges(3, {{0, 2}});
  const std::vector<double> half = {0.5};
  EXPECT_EQ(write_graphml(graph, &half),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
            "  <key id=\"weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n"
            "  <graph edgedefault=\"undirected\">\n"
            "    <node id=\"0\"/>\n    <node id=\"1\"/>\n    <node id=\"2\"/>\n"
            "    <edge source=\"0\" target=\"2\"><data key=\"weight\">0.5</data></edge>\n"
            "  </graph>\n</graphml>\n");
  EXPECT_EQ(write_dot(graph), "graph starling {\n  0;\n  1;\n  2;\n  0 -- 2;\n}\n");
  EXPECT_EQ(write_dot(graph, &half),
            "graph starling {\n  0;\n  1;\n  2;\n  0 -- 2 [label=\"0.5\"];\n}\n");
}

}  // namespace
}  // namespace starling
