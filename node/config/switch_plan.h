#pragma once

#include <string>

#include "consensus/settings.h"

namespace starling {

// The settings after a switch. The text is a configuration of [shared.topology] and, where that
// changes too, [shared.mixing]; what it leaves out has its default, but for the number of nodes,
// which stays. from_step: made at the first lap's end from that step on.
// Errors    ConfigError: no configuration, another key than these, another number of nodes, a
//           robust rule before or after.
Settings switched_settings(const Settings& now, const std::string& text);

}  // namespace starling
