#pragma once

#include <span>
#include <string>
#include <string_view>

namespace starling {

// The name a user most likely meant: least edit distance, at most a third of the given name's
// length (but one edit always); empty when none is that close. The first of equals is taken.
std::string nearest_name(std::string_view given, std::span<const std::string_view> names);

// " (did you mean 'ring'?)", or nothing: the tail of every "unknown name" message.
std::string did_you_mean(std::string_view given, std::span<const std::string_view> names);

}  // namespace starling
