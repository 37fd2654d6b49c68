#pragma once

#include "node/config/config.h"

namespace starling {

// starling-node --check: whether the configuration can be run, and, where it has an address book,
// who of the neighbors can be reached (doctor.h). Prints what it finds; returns the exit code:
// done, or lost where a neighbor is not reached, or usage where configurations differ.
// Errors    ConfigError: of this node's own configuration; its address is taken.
int check_node(const Config& config, std::uint32_t id);

}  // namespace starling
