#include "topology/formats.h"

#include <cstddef>

#include "topology/number_text.h"

namespace starling {
namespace {

// Calls line(u, v, k) for edge k of graph.edge_list().
template <class Line>
void for_each_edge(const Graph& graph, Line line) {
  std::size_t k = 0;
  for (NodeId u = 0; u < graph.nodes(); ++u)
    for (const NodeId v : graph.neighbors(u))
      if (u < v) line(u, v, k++);
}

void append_entry(std::string& text, NodeId row, NodeId column, double value) {
  text += std::to_string(row + std::uint64_t{1}) + " " + std::to_string(column + std::uint64_t{1});
  text += ' ';
  append_17_digits(text, value);
  text += '\n';
}

std::string market_header(NodeId n, std::size_t entries) {
  return "%%MatrixMarket matrix coordinate real general\n" + std::to_string(n) + " " +
         std::to_string(n) + " " + std::to_string(entries) + "\n";
}

}  // namespace

std::string write_graphml(const Graph& graph, const std::vector<double>* weights) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
  if (weights != nullptr)
    text +=
        "  <key id=\"weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n";
  text += "  <graph edgedefault=\"undirected\">\n";
  for (NodeId i = 0; i < graph.nodes(); ++i)
    text += "    <node id=\"" + std::to_string(i) + "\"/>\n";
  for_each_edge(graph, [&](NodeId u, NodeId v, std::size_t k) {
    text += "    <edge source=\"" + std::to_string(u) + "\" target=\"" + std::to_string(v) + "\"";
    if (weights != nullptr) {
      text += "><data key=\"weight\">";
      append_shortest(text, weights->at(k));
      text += "</data></edge>\n";
    } else {
      text += "/>\n";
    }
  });
  return text + "  </graph>\n</graphml>\n";
}

std::string write_dot(const Graph& graph, const std::vector<double>* weights) {
  std::string text = "graph starling {\n";
  for (NodeId i = 0; i < graph.nodes(); ++i) text += "  " + std::to_string(i) + ";\n";
  for_each_edge(graph, [&](NodeId u, NodeId v, std::size_t k) {
    text += "  " + std::to_string(u) + " -- " + std::to_string(v);
    if (weights != nullptr) {
      text += " [label=\"";
      append_shortest(text, weights->at(k));
      text += "\"]";
    }
    text += ";\n";
  });
  return text + "}\n";
}

std::string write_node_link(const Graph& graph, const std::vector<double>* weights) {
  std::string text =
      "{\"directed\": false, \"multigraph\": false, \"graph\": {},\n\"nodes\": [";
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    if (i > 0) text += ", ";
    text += "{\"id\": " + std::to_string(i) + "}";
  }
  text += "],\n\"links\": [";
  for_each_edge(graph, [&](NodeId u, NodeId v, std::size_t k) {
    if (k > 0) text += ", ";
    text += "{\"source\": " + std::to_string(u) + ", \"target\": " + std::to_string(v);
    if (weights != nullptr) {
      text += ", \"weight\": ";
      append_shortest(text, weights->at(k));
    }
    text += "}";
  });
  return text + "]}\n";
}

std::string write_matrix_market(const MixingMatrix& matrix) {
  const Graph& graph = matrix.graph;
  std::string text = market_header(graph.nodes(), 2 * graph.edges() + graph.nodes());
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    append_entry(text, i, i, matrix.diagonal[i]);
    const auto row = graph.neighbors(i);
    for (std::size_t k = 0; k < row.size(); ++k) append_entry(text, i, row[k], matrix.row(i)[k]);
  }
  return text;
}

std::string write_matrix_market(const Graph& graph) {
  std::string text = market_header(graph.nodes(), 2 * graph.edges());
  for (NodeId i = 0; i < graph.nodes(); ++i)
    for (const NodeId j : graph.neighbors(i)) append_entry(text, i, j, 1);
  return text;
}

}  // namespace starling
