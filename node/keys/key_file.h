#pragma once

#include <cstdint>
#include <string>

#include "node/exchange/zmq_curve.h"

namespace starling {

// A node's key pair on disk: TOML with public_key and secret_key, readable by its owner alone.

// Writes PATH with mode 0600. Never over a file that is there: it may hold the only copy of a key.
// Errors    ConfigError when it is there, RunError when it cannot be written.
void write_key_file(const std::string& path, std::uint32_t node, const KeyPair& pair);

// Errors    ConfigError naming `key` and the file: readable or writable by others, of another form,
//           or two halves that do not belong together.
KeyPair read_key_file(const std::string& path, const std::string& key);

}  // namespace starling
