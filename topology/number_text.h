#pragma once

#include <array>
#include <charconv>
#include <string>

namespace starling {

// The shortest decimal that reads back as the same double; the same text under every locale.
inline void append_shortest(std::string& text, double value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  text.append(buffer.data(), end);
}

// 17 significant digits: what other programs expect of an exact double.
inline void append_17_digits(std::string& text, double value) {
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::general, 17)
                       .ptr;
  text.append(buffer.data(), end);
}

}  // namespace starling
