#pragma once

#include <memory>

#include "consensus/settings.h"
#include "topology/schedule.h"

namespace starling {

// Who is linked with whom, and W of each round where that changes or is directed (null: static,
// W is the weight rule's).
struct ConfiguredTopology {
  Graph graph;
  std::shared_ptr<const Schedule> schedule;
};

// What [shared.topology] says, generated or read from its file: connected, and of `nodes` nodes
// where that is not 0. Errors    ConfigError naming key and reason, of a file the line.
ConfiguredTopology configured_topology(const TopologySettings& settings);

// With weights = "file": the weights of its edges, checked (topology/weights/given.h). Errors
// ConfigError where there is no file or its weights do not average, naming the edge.
void read_edge_weights(TopologySettings& settings);

}  // namespace starling
