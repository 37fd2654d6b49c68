#pragma once

#include <string_view>

#include "topology/edge_list.h"

namespace starling {

// A graph from GraphML, as networkx, igraph, Gephi and we write it: nodes, undirected edges and
// the edges' attribute named "weight"; other attributes are passed over.
//
// Ids that are the numbers 0..n-1 stay; other ids are numbered in the order of their nodes.
// Errors    GraphError "line 7: ..." for text that is no well-formed XML, for a directed graph or
//           edge, more than one graph, hyperedges, ports, an unknown end, a loop, an edge given
//           twice, and weights on some edges only; at most `max_nodes` nodes.
EdgeListFile read_graphml(std::string_view text, NodeId max_nodes = 10'000'000);

}  // namespace starling
