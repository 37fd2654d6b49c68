#pragma once

#include <map>
#include <string>

#include "node/config/config.h"

namespace starling {

// Fills config.shared and config.local from the canonical values and checks what no key can say
// alone: kind or file, the number of nodes (from the graph where it is not given), limits against
// each other, data where it is needed. Errors    ConfigError naming key and value.
void apply_settings(Config& config, const std::map<std::string, std::string>& canonical);

}  // namespace starling
