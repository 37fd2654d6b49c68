#pragma once

#include <string>
#include <string_view>

#include "node/config/options.h"

namespace starling {

// A value as a source gave it. `untyped` is what the command line and the environment give: text
// that is read as the key's type. `other` is what no key takes: a boolean, a date, an array, a
// table.
struct RawValue {
  enum class Type { untyped, text, integer, real, other };
  Type type = Type::untyped;
  std::string text;  // integers in decimal, reals shortest
};

// One entry of a source: key, value, and the place to blame.
struct RawEntry {
  std::string key;
  RawValue value;
  std::string place;   // "file.toml:12", "--set", "environment STARLING_..."
  std::string folder;  // where its relative paths begin
};

// The canonical text of a value: names as they are, integers in decimal, reals shortest, paths
// absolute. Errors    ConfigError "PLACE: KEY = VALUE: allowed is ... (did you mean ...?)"
std::string canonical_value(const Option& option, const RawEntry& entry);

// As it stands in a TOML file.
std::string toml_value(const Option& option, std::string_view canonical);
// A TOML basic string.
std::string toml_quoted(std::string_view text);

// As it is compared in the handshake, files aside: reals "%.17g".
std::string exact_value(const Option& option, const std::string& canonical);

// Untrusted text for a message: control characters escaped, long ones cut.
std::string printable(std::string_view text);

}  // namespace starling
