#include "node/config/options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <cstdio>

namespace starling {
namespace {

constexpr double kAny = std::numeric_limits<double>::max();
constexpr double kMaxInteger = 9223372036854775807.0;  // what TOML can say

std::string shown(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.15g", value);
  return buffer;
}

std::string range_in_words(const Option& option) {
  const std::string kind = option.type == OptionType::integer ? "a whole number" : "a number";
  const bool unbounded = option.most >= kMaxInteger;
  if (option.least == -kAny) return kind;
  if (unbounded) return kind + (option.above_least ? " > " : " >= ") + shown(option.least);
  if (option.above_least)
    return kind + " > " + shown(option.least) + " and <= " + shown(option.most);
  return kind + " from " + shown(option.least) + " to " + shown(option.most);
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

const Option* find_option(const std::vector<Option>& table, std::string_view key) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Option& option) { return option.key == key; });
  return found == table.end() ? nullptr : &*found;
}

std::string allowed_values(const Option& option) {
  if (option.type != OptionType::text)
    return range_in_words(option) + (option.automatic ? ", or auto" : "");
  if (option.choices.empty()) return option.file ? "the path of a file" : "text";
  std::string list;
  for (const auto word : split_words(option.choices))
    list += (list.empty() ? "" : ", ") + std::string(word);
  return list;
}

std::string environment_name(std::string_view key) {
  std::string name = "STARLING_";
  for (const char c : key)
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

void describe_options(const std::vector<Option>& table,
                      boost::program_options::options_description& description) {
  namespace po = boost::program_options;
  for (const Option& option : table) {
    auto* value = po::value<std::string>();
    if (!option.standard.empty()) value->default_value(option.standard);
    description.add_options()(option.key.c_str(), value, option.help.c_str());
  }
}

}  // namespace starling
