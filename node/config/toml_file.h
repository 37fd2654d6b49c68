#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/config/option_value.h"

namespace starling {

// One [[node]] table, values as they stand.
struct RawNode {
  std::string place;  // "file.toml:40"
  std::vector<RawEntry> entries;
  std::vector<std::string> public_keys;
};

// A TOML file, flattened: [shared.algorithm] kind = "extra" becomes the entry
// shared.algorithm.kind.
struct FlatToml {
  std::vector<RawEntry> entries;  // by name: toml++ keeps tables sorted
  std::vector<RawNode> nodes;
};

// name: for messages; folder: where relative paths begin.
// Errors    ConfigError "NAME:LINE: ...": no TOML, larger than 1 MiB, a line longer than 8 KiB, a
// key
//           that is no plain name.
FlatToml parse_toml(std::string_view text, const std::string& name, const std::string& folder);

}  // namespace starling
