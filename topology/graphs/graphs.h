#pragma once

#include "topology/generators.h"

namespace starling {

// The generators behind graph_kinds(); each refuses what it cannot make with a GraphError.
Graph complete_graph(const GraphParameters& given);
Graph ring_graph(const GraphParameters& given);
Graph path_graph(const GraphParameters& given);
Graph star_graph(const GraphParameters& given);
Graph complete_bipartite_graph(const GraphParameters& given);
Graph barbell_graph(const GraphParameters& given);
Graph tree_graph(const GraphParameters& given);

Graph grid_graph(const GraphParameters& given);
Graph torus_graph(const GraphParameters& given);
Graph hypercube_graph(const GraphParameters& given);

Graph exponential_graph(const GraphParameters& given);
Graph paley_graph(const GraphParameters& given);
Graph margulis_graph(const GraphParameters& given);

Graph regular_graph(const GraphParameters& given);
Graph erdos_renyi_graph(const GraphParameters& given);
Graph watts_strogatz_graph(const GraphParameters& given);
Graph barabasi_albert_graph(const GraphParameters& given);
Graph geometric_graph(const GraphParameters& given);

}  // namespace starling
