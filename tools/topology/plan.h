#pragma once

#include "tools/topology/options.h"

namespace starling {

// Ranks ways to run by predicted time and prints them; with --output DIR the winner's
// topology.edges and config.toml are written there.
void plan(const TopologyOptions& options);

}  // namespace starling
