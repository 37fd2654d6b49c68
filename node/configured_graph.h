#pragma once

#include "consensus/settings.h"
#include "topology/graph.h"

namespace starling {

// The graph of [shared.topology], generated or read from its file: connected, and of `nodes` nodes
// where that is not 0. Errors    ConfigError naming key and reason, of a file the line.
Graph configured_graph(const TopologySettings& settings);

}  // namespace starling
