#pragma once

#include <string>
#include <string_view>

namespace starling {

// What is registered: "algorithms", "mixers", ... or all of them when `category` is empty; as JSON
// {category: [{name, summary, ...}]} or as a table.
// Errors    ConfigError for an unknown category (with the nearest).
std::string list_registries(std::string_view category, bool json);

}  // namespace starling
