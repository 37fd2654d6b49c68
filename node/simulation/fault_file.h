#pragma once

#include <string>
#include <vector>

#include "node/simulation/fault_plan.h"

namespace starling {

// One line as describe(Fault) writes it, so as a violation prints it: "0.750 s: crash 3, again
// after 1.908 s", "1.295 s: partition of 0 2, 0.245 s", "0.472 s: cut 1-2".
// Errors    ConfigError with what is allowed.
Fault parse_fault(const std::string& line, NodeId nodes);

// A file of such lines; blank ones and those that begin with # say nothing.
// Errors    ConfigError naming file and line.
std::vector<Fault> read_faults(const std::string& path, NodeId nodes);

}  // namespace starling
