#include "tests/fuzz/mutation.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace starling {
namespace {

constexpr std::size_t kMostBytes = 4096;

// Where parsers of text break: signs, ends of ranges, what is no number, structure.
constexpr std::array<std::string_view, 22> kWords = {
    "0",          "-1",         "1e309",
    "1e-400",     "nan",        "inf",
    "4294967295", "4294967296", "9223372036854775808",
    "\n",         "\r\n",       " ",
    ",",          ":",          "#",
    "\"",         "[",          "{",
    "\\u0000",    "<",          ">",
    "\xff"};

// Where parsers of binary formats break.
constexpr std::array<std::uint64_t, 8> kNumbers = {
    0, 1, 0x7f, 0xff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};

std::size_t place(const std::string& text, RandomStream& stream) {
  return static_cast<std::size_t>(stream.below(text.size() + 1));
}

std::string_view piece(const std::string& text, RandomStream& stream) {
  const std::size_t begin = place(text, stream);
  return std::string_view(text).substr(begin, stream.below(33));
}

void put_number(std::string& text, RandomStream& stream) {
  const std::size_t width = std::size_t{1} << stream.below(4), at = place(text, stream);
  const std::uint64_t number = kNumbers[stream.below(kNumbers.size())];
  const bool big_endian = stream.below(2) == 1;
  for (std::size_t i = 0; i < width && at + i < text.size(); ++i)
    text[at + i] = static_cast<char>(number >> (8 * (big_endian ? width - 1 - i : i)));
}

void change(std::string& text, const std::vector<std::string>& seeds, RandomStream& stream) {
  const std::size_t at = place(text, stream);
  switch (stream.below(8)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << stream.below(8)));
      break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(stream.below(256));
      break;
    case 2:
      text.erase(at, stream.below(17));
      break;
    case 3:
      text.insert(at, kWords[stream.below(kWords.size())]);
      break;
    case 4:
      put_number(text, stream);
      break;
    case 5:
      text.insert(at, std::string(piece(text, stream)));
      break;
    case 6:
      text.insert(at, std::string(piece(seeds[stream.below(seeds.size())], stream)));
      break;
    default:
      text.resize(at);
  }
}

}  // namespace

std::string mutated(const std::vector<std::string>& seeds, RandomStream& stream) {
  std::string text = seeds[stream.below(seeds.size())];
  for (std::uint64_t changes = 1 + stream.below(6); changes > 0; --changes)
    change(text, seeds, stream);
  text.resize(std::min(text.size(), kMostBytes));
  return text;
}

}  // namespace starling
