#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "topology/digraph.h"
#include "topology/graph.h"

namespace starling {

// The native graph file: a commented edge list that networkx reads.
//   # starling topology 1
//   # nodes 64
//   # directed false
//   u v [weight]
struct EdgeListFile {
  Graph graph;
  // One per edge of graph.edge_list(), when every line has one.
  std::optional<std::vector<double>> weights;
};

// Text in, values out: files are opened by the caller.
// Errors    GraphError "line 7: ..." naming the offending line; at most `max_nodes` nodes.
EdgeListFile read_edge_list(std::string_view text, NodeId max_nodes = 10'000'000);
std::string write_edge_list(const Graph& graph, const std::vector<double>* weights = nullptr,
                            std::string_view comment = {});

// The same format with "# directed true" above the first line "u v [weight]": u sends to v.
struct DirectedEdgeListFile {
  Digraph graph;
  // One per arc of graph.arc_list(), when every line has one.
  std::optional<std::vector<double>> weights;
};
DirectedEdgeListFile read_directed_edge_list(std::string_view text, NodeId max_nodes = 10'000'000);
std::string write_edge_list(const Digraph& graph, const std::vector<double>* weights = nullptr,
                            std::string_view comment = {});
// Whether a comment above the first line says so.
bool is_directed_text(std::string_view text);

}  // namespace starling
