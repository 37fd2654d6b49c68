#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace starling {

// Takes the first word off a line; empty when there is none.
inline std::string_view next_word(std::string_view& line) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t start = std::min(line.find_first_not_of(kBlank), line.size());
  line.remove_prefix(start);
  const std::size_t length = std::min(line.find_first_of(kBlank), line.size());
  const std::string_view word = line.substr(0, length);
  line.remove_prefix(length);
  return word;
}

// Takes the first line off a text, without its end.
inline std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// What a line said wrong, cut short: a garbage file must not become a garbage message.
inline std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text.substr(0, 40)) result += (c >= ' ' && c <= '~') ? c : '?';
  return result + (text.size() > 40 ? "...'" : "'");
}

}  // namespace starling
