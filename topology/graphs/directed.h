#pragma once

#include "topology/digraph_generators.h"

namespace starling {

// The generators behind digraph_kinds(); each refuses what it cannot make with a GraphError.
Digraph directed_ring(const GraphParameters& given);
Digraph directed_exponential(const GraphParameters& given);
Digraph de_bruijn(const GraphParameters& given);

Digraph directed_erdos_renyi(const GraphParameters& given);
Digraph directed_geometric(const GraphParameters& given);

}  // namespace starling
