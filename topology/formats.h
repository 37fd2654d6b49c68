#pragma once

#include <string>
#include <vector>

#include "topology/digraph.h"
#include "topology/graph.h"
#include "topology/mixing_matrix.h"

namespace starling {

// Writers for other programs; weights, when given, are one per edge of graph.edge_list().
//   graphml      networkx, igraph, Gephi; keeps isolated nodes; weight as the edge attribute
//   "weight" dot          Graphviz; weight as the label
//   node-link    d3 and networkx.node_link_graph: {"directed", "multigraph", "graph", "nodes",
//   "links"}
std::string write_graphml(const Graph& graph, const std::vector<double>* weights = nullptr);
std::string write_dot(const Graph& graph, const std::vector<double>* weights = nullptr);
std::string write_node_link(const Graph& graph, const std::vector<double>* weights = nullptr);

// Matrix Market, `coordinate real general`, 1-based, 17 significant digits: every entry of W with
// its diagonal. Not `symmetric`: readers exist that do not mirror such files, and data-weighted W
// is not.
std::string write_matrix_market(const MixingMatrix& matrix);
// The adjacency matrix, every entry 1, both triangles.
std::string write_matrix_market(const Graph& graph);

// The same of directed graphs; weights are one per arc of graph.arc_list(), an arc goes from source
// to target. In Matrix Market row i, column j is what i takes of j: the adjacency matrix has its
// ones there, too.
std::string write_graphml(const Digraph& graph, const std::vector<double>* weights = nullptr);
std::string write_dot(const Digraph& graph, const std::vector<double>* weights = nullptr);
std::string write_node_link(const Digraph& graph, const std::vector<double>* weights = nullptr);
std::string write_matrix_market(const DirectedMatrix& matrix);
std::string write_matrix_market(const Digraph& graph);

}  // namespace starling
