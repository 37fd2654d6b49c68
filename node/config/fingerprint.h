#pragma once

#include <map>
#include <string>

#include "node/config/config.h"

namespace starling {

// What all nodes must agree on, as text: one canonical value per key of [shared], so that a
// mismatch can name the key and both values. Floats are exact ("%.17g"), "auto" stays "auto", keys
// without a value are absent. Files count by content, "xxh3:<16 hex digits>:<bytes>", not by path;
// of [[node]] the ids and public keys, not the addresses. Errors    ConfigError when a file cannot
// be read.
std::map<std::string, std::string> shared_values(const Config& config);

}  // namespace starling
