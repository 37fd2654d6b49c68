#include "topology/plan/units.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace starling {
namespace {

// A number of at least `least` and what follows it.
std::optional<double> leading_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value) || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool drop_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::optional<double> prefix_factor(std::string_view prefix) {
  if (prefix.empty()) return 1;
  constexpr std::string_view kLetters = "kMGT";
  const bool binary = prefix.size() == 2 && prefix[1] == 'i';
  if (prefix.size() > 1 && !binary) return std::nullopt;
  const char letter = binary && prefix[0] == 'K' ? 'k' : prefix[0];
  const std::size_t power = kLetters.find(letter);
  if (power == std::string_view::npos) return std::nullopt;
  return std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
}

}  // namespace

std::optional<double> parse_seconds(std::string_view text) {
  const auto value = leading_number(text);
  if (!value) return std::nullopt;
  if (text.empty() || text == "s") return value;
  if (text == "ms") return *value * 1e-3;
  if (text == "us") return *value * 1e-6;
  if (text == "ns") return *value * 1e-9;
  if (text == "min") return *value * 60;
  return std::nullopt;
}

std::optional<double> parse_bytes_per_second(std::string_view text) {
  const auto value = leading_number(text);
  if (!value || *value == 0) return std::nullopt;
  if (text.empty()) return value;
  drop_suffix(text, "/s");
  const bool bits = drop_suffix(text, "bit");
  if (!bits && !drop_suffix(text, "B")) return std::nullopt;
  const auto factor = prefix_factor(text);
  if (!factor) return std::nullopt;
  return *value * *factor / (bits ? 8 : 1);
}

}  // namespace starling
