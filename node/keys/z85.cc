#include "node/keys/z85.h"

#include <cstddef>
#include <cstdint>

namespace starling {
namespace {

constexpr std::string_view kDigits =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
constexpr std::size_t kKeyCharacters = 40, kGroup = 5;

}  // namespace

bool is_curve_key(std::string_view text) {
  if (text.size() != kKeyCharacters) return false;
  for (std::size_t at = 0; at < text.size(); at += kGroup) {
    std::uint64_t word = 0;
    for (const char c : text.substr(at, kGroup)) {
      const std::size_t digit = kDigits.find(c);
      if (digit == std::string_view::npos) return false;
      word = word * kDigits.size() + digit;
    }
    if (word > UINT32_MAX) return false;  // 85^5 is more than 2^32
  }
  return true;
}

}  // namespace starling
