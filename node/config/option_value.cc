#include "node/config/option_value.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "node/error.h"
#include "topology/nearest.h"
#include "topology/number_text.h"

namespace starling {
namespace {

constexpr std::size_t kMaxShown = 120;

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::string blame(const RawEntry& entry) {
  const bool quoted =
      entry.value.type == RawValue::Type::text || entry.value.type == RawValue::Type::untyped;
  const std::string value = printable(entry.value.text);
  return printable(entry.place) + ": " + entry.key + " = " + (quoted ? "\"" + value + "\"" : value);
}

[[noreturn]] void refuse(const Option& option, const RawEntry& entry) {
  std::string message = blame(entry) + ": allowed is " + allowed_values(option);
  if (!option.choices.empty())
    message += did_you_mean(entry.value.text, split_words(option.choices));
  throw ConfigError(message);
}

std::string absolute_path(const std::string& path, const std::string& folder) {
  std::error_code error;
  auto base = std::filesystem::absolute(folder.empty() ? "." : folder, error);
  return (error ? std::filesystem::path(path) : base / path).lexically_normal().string();
}

bool is_text(const RawEntry& entry) {
  return entry.value.type == RawValue::Type::text || entry.value.type == RawValue::Type::untyped;
}

// "max:16" against "max:V": the canonical text, or nothing.
std::optional<std::string> match(std::string_view choice, const RawEntry& entry) {
  const std::string& value = entry.value.text;
  if (value == choice) return choice.ends_with(":FILE") ? std::nullopt : std::optional(value);
  const auto colon = choice.find(':');
  if (colon == std::string_view::npos || !value.starts_with(choice.substr(0, colon + 1))) return {};
  const std::string prefix = value.substr(0, colon + 1), rest = value.substr(colon + 1);
  const std::string_view stands_for = choice.substr(colon + 1);
  if (stands_for == "FILE")
    return rest.empty() ? std::nullopt : std::optional(prefix + absolute_path(rest, entry.folder));
  if (stands_for.size() != 1) return {};  // "sizes:powerlaw" is a name
  const auto number = parse<double>(rest);
  if (!number || !std::isfinite(*number) || *number <= 0) return {};
  std::string text = prefix;
  append_shortest(text, *number);
  return text;
}

std::string canonical_text(const Option& option, const RawEntry& entry) {
  if (!is_text(entry)) refuse(option, entry);
  const std::string& value = entry.value.text;
  if (value.find('\0') != std::string::npos) refuse(option, entry);
  if (option.file) {
    const bool no_path = value.empty() || value.starts_with("label=");
    return no_path ? value : absolute_path(value, entry.folder);
  }
  if (option.choices.empty()) return value;
  for (const auto choice : split_words(option.choices))
    if (const auto canonical = match(choice, entry)) return *canonical;
  for (const auto word : split_words(option.later))
    if (value == word)
      throw ConfigError(blame(entry) + ": not available in this version; allowed is " +
                        allowed_values(option));
  refuse(option, entry);
}

std::string canonical_integer(const Option& option, const RawEntry& entry) {
  if (entry.value.type != RawValue::Type::integer && entry.value.type != RawValue::Type::untyped)
    refuse(option, entry);
  const auto value = parse<std::int64_t>(entry.value.text);
  if (!value || static_cast<double>(*value) < option.least ||
      static_cast<double>(*value) > option.most)
    refuse(option, entry);
  return std::to_string(*value);
}

std::string canonical_real(const Option& option, const RawEntry& entry) {
  if (entry.value.type == RawValue::Type::text || entry.value.type == RawValue::Type::other)
    refuse(option, entry);
  const auto value = parse<double>(entry.value.text);
  if (!value || !std::isfinite(*value) || *value < option.least || *value > option.most ||
      (option.above_least && *value == option.least))
    refuse(option, entry);
  std::string text;
  append_shortest(text, *value + 0.0);  // -0 becomes 0
  return text;
}

}  // namespace

std::string canonical_value(const Option& option, const RawEntry& entry) {
  if (option.automatic && is_text(entry) && entry.value.text == "auto") return "auto";
  switch (option.type) {
    case OptionType::text:
      return canonical_text(option, entry);
    case OptionType::integer:
      return canonical_integer(option, entry);
    case OptionType::real:
      return canonical_real(option, entry);
    case OptionType::number:
      break;
  }
  // A whole number stays one, to its last digit: a seed may not fit a double.
  if (entry.value.type != RawValue::Type::real && parse<std::int64_t>(entry.value.text))
    return canonical_integer(option, entry);
  return canonical_real(option, entry);
}

std::string toml_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", byte);
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string toml_value(const Option& option, std::string_view canonical) {
  if (option.type == OptionType::text || (option.automatic && canonical == "auto"))
    return toml_quoted(canonical);
  return std::string(canonical);
}

std::string exact_value(const Option& option, const std::string& canonical) {
  if (option.type == OptionType::text || canonical == "auto") return canonical;
  if (option.type == OptionType::integer || parse<std::int64_t>(canonical)) return canonical;
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", parse<double>(canonical).value_or(0));
  return text;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    if (shown.size() >= kMaxShown) return shown + "...";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      shown += c;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02x", byte);
    shown += escape;
  }
  return shown;
}

}  // namespace starling
