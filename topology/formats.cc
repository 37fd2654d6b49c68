#include "topology/formats.h"

#include <cstddef>
#include <span>
#include <type_traits>

#include "topology/number_text.h"

namespace starling {
namespace {

// Calls line(u, v, k) for edge k of graph.edge_list(), or arc k of graph.arc_list().
template <class Line>
void for_each_edge(const Graph& graph, Line line) {
  std::size_t k = 0;
  for (NodeId u = 0; u < graph.nodes(); ++u)
    for (const NodeId v : graph.neighbors(u))
      if (u < v) line(u, v, k++);
}
template <class Line>
void for_each_edge(const Digraph& graph, Line line) {
  std::size_t k = 0;
  for (NodeId u = 0; u < graph.nodes(); ++u)
    for (const NodeId v : graph.targets(u)) line(u, v, k++);
}

// The neighbors whose values row i of W holds.
std::span<const NodeId> entries(const Graph& graph, NodeId i) { return graph.neighbors(i); }
std::span<const NodeId> entries(const Digraph& graph, NodeId i) { return graph.sources(i); }

template <class AnyGraph>
constexpr bool kDirected = std::is_same_v<AnyGraph, Digraph>;

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

template <class AnyGraph>
std::string graphml(const AnyGraph& graph, const std::vector<double>* weights) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
  if (weights != nullptr)
    text += "  <key id=\"weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n";
  text += kDirected<AnyGraph> ? "  <graph edgedefault=\"directed\">\n"
                              : "  <graph edgedefault=\"undirected\">\n";
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

template <class AnyGraph>
std::string dot(const AnyGraph& graph, const std::vector<double>* weights) {
  std::string text = kDirected<AnyGraph> ? "digraph starling {\n" : "graph starling {\n";
  for (NodeId i = 0; i < graph.nodes(); ++i) text += "  " + std::to_string(i) + ";\n";
  for_each_edge(graph, [&](NodeId u, NodeId v, std::size_t k) {
    text += "  " + std::to_string(u) + (kDirected<AnyGraph> ? " -> " : " -- ") + std::to_string(v);
    if (weights != nullptr) {
      text += " [label=\"";
      append_shortest(text, weights->at(k));
      text += "\"]";
    }
    text += ";\n";
  });
  return text + "}\n";
}

template <class AnyGraph>
std::string node_link(const AnyGraph& graph, const std::vector<double>* weights) {
  std::string text = std::string("{\"directed\": ") + (kDirected<AnyGraph> ? "true" : "false") +
                     ", \"multigraph\": false, \"graph\": {},\n\"nodes\": [";
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

template <class Matrix>
std::string market_of_matrix(const Matrix& matrix) {
  const NodeId n = matrix.graph.nodes();
  std::string text = market_header(n, matrix.weights.size() + n);
  for (NodeId i = 0; i < n; ++i) {
    append_entry(text, i, i, matrix.diagonal[i]);
    const auto row = entries(matrix.graph, i);
    for (std::size_t k = 0; k < row.size(); ++k) append_entry(text, i, row[k], matrix.row(i)[k]);
  }
  return text;
}

template <class AnyGraph>
std::string market_of_graph(const AnyGraph& graph) {
  std::size_t count = 0;
  for (NodeId i = 0; i < graph.nodes(); ++i) count += entries(graph, i).size();
  std::string text = market_header(graph.nodes(), count);
  for (NodeId i = 0; i < graph.nodes(); ++i)
    for (const NodeId j : entries(graph, i)) append_entry(text, i, j, 1);
  return text;
}

}  // namespace

std::string write_graphml(const Graph& graph, const std::vector<double>* weights) {
  return graphml(graph, weights);
}
std::string write_graphml(const Digraph& graph, const std::vector<double>* weights) {
  return graphml(graph, weights);
}
std::string write_dot(const Graph& graph, const std::vector<double>* weights) {
  return dot(graph, weights);
}
std::string write_dot(const Digraph& graph, const std::vector<double>* weights) {
  return dot(graph, weights);
}
std::string write_node_link(const Graph& graph, const std::vector<double>* weights) {
  return node_link(graph, weights);
}
std::string write_node_link(const Digraph& graph, const std::vector<double>* weights) {
  return node_link(graph, weights);
}
std::string write_matrix_market(const MixingMatrix& matrix) { return market_of_matrix(matrix); }
std::string write_matrix_market(const DirectedMatrix& matrix) { return market_of_matrix(matrix); }
std::string write_matrix_market(const Graph& graph) { return market_of_graph(graph); }
std::string write_matrix_market(const Digraph& graph) { return market_of_graph(graph); }

}  // namespace starling
