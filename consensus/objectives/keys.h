#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace starling {

// The configuration string of an objective: a flat JSON object, numbers as numbers or as text that
// reads as one.
//
// Each objective names its own keys; anything else but kCommonObjectiveKeys is refused, so that a
// typing error is no silent default. "l2" = 0 says nothing and is accepted by all. Errors
// ObjectiveError naming key, value, what is allowed and the nearest name.
class ObjectiveKeys {
 public:
  ObjectiveKeys(std::string_view objective, std::string_view own_keys, const char* json);

  bool has(std::string_view key) const { return values_.contains(std::string(key)); }
  double number(std::string_view key, double otherwise, double least, double most) const;
  std::uint64_t integer(std::string_view key, std::uint64_t otherwise, std::uint64_t least,
                        std::uint64_t most) const;
  // One of `allowed`, separated by spaces; empty: any.
  std::string word(std::string_view key, const char* otherwise,
                   std::string_view allowed = {}) const;

 private:
  void refuse_unknown(std::string_view objective, std::string_view own_keys) const;
  std::map<std::string, std::string> values_;
};

}  // namespace starling
