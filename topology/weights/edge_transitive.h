#pragma once

#include "topology/graph.h"

namespace starling {

// Whether the graph is one of those known to be edge-transitive: complete, cycle, complete
// bipartite (a star is one) in any numbering; square torus and hypercube in our generators'
// numbering. There the best symmetric weights are all equal, by convexity: the mean of an optimum
// over all symmetries is an optimum. A "no" means no more than not recognised. Requires  a
// connected graph of two nodes or more. Source    [XiaoBoyd2004], section 4.
bool known_edge_transitive(const Graph& graph);

bool complete(const Graph& graph);

}  // namespace starling
