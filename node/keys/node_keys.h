#pragma once

#include <optional>
#include <string>

#include "node/config/config.h"
#include "node/exchange/zmq_curve.h"

namespace starling {

// The keys of a configuration as one node's transport needs them; nothing when it has none.
// Errors    ConfigError: the secret key is missing, cannot be used, or is not that of this node.
std::optional<KeyBook> key_book(const Config& config, std::uint32_t id);

// What --check says of them, one line. Errors  as above.
std::string describe_keys(const Config& config, std::uint32_t id);

}  // namespace starling
