#include "consensus/objectives/keys.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "consensus/objectives/objective.h"
#include "topology/nearest.h"

namespace starling {
namespace {

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) result.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

template <class Number>
bool parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// A whole number, also written 10.0 or 1e3.
bool parse_whole(const std::string& text, std::uint64_t& value) {
  if (parse(text, value)) return true;
  double number = 0;
  if (!parse(text, number) || number < 0 || number > 0x1p53 || number != std::floor(number))
    return false;
  value = static_cast<std::uint64_t>(number);
  return true;
}

[[noreturn]] void refuse(std::string_view key, const std::string& value,
                         const std::string& allowed) {
  throw ObjectiveError("objective." + std::string(key) + " = " + value + ": must be " + allowed);
}

}  // namespace

ObjectiveKeys::ObjectiveKeys(std::string_view objective, std::string_view own_keys,
                             const char* json) {
  const std::string_view text = json && *json ? json : "{}";
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object())
    throw ObjectiveError("objective: its configuration is no JSON object: " + std::string(text));
  for (const auto& [key, value] : document.items())
    values_[key] = value.is_string() ? value.get<std::string>() : value.dump();
  refuse_unknown(objective, own_keys);
}

void ObjectiveKeys::refuse_unknown(std::string_view objective, std::string_view own_keys) const {
  const auto own = words(own_keys);
  auto allowed = words(kCommonObjectiveKeys);
  allowed.insert(allowed.end(), own.begin(), own.end());
  for (const auto& [key, value] : values_) {
    if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
    double number = 1;
    if (key == "l2" && parse(value, number) && number == 0) continue;
    throw ObjectiveError("objective." + key + " = " + value + ": " + std::string(objective) +
                         " has no such key" + did_you_mean(key, allowed) +
                         "; its own: " + (own.empty() ? "none" : std::string(own_keys)));
  }
}

double ObjectiveKeys::number(std::string_view key, double otherwise, double least,
                             double most) const {
  const auto found = values_.find(std::string(key));
  if (found == values_.end()) return otherwise;
  double value = 0;
  if (!parse(found->second, value) || !(value >= least && value <= most))
    refuse(key, found->second, "a number from " + shown(least) + " to " + shown(most));
  return value;
}

std::uint64_t ObjectiveKeys::integer(std::string_view key, std::uint64_t otherwise,
                                     std::uint64_t least, std::uint64_t most) const {
  const auto found = values_.find(std::string(key));
  if (found == values_.end()) return otherwise;
  std::uint64_t value = 0;
  if (!parse_whole(found->second, value) || value < least || value > most)
    refuse(key, found->second,
           "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return value;
}

std::string ObjectiveKeys::word(std::string_view key, const char* otherwise,
                                std::string_view allowed) const {
  const auto found = values_.find(std::string(key));
  if (found == values_.end()) return otherwise;
  const auto known = words(allowed);
  if (!known.empty() && std::find(known.begin(), known.end(), found->second) == known.end())
    refuse(key, found->second, "one of " + std::string(allowed));
  return found->second;
}

}  // namespace starling
