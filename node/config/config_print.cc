#include <algorithm>

#include "node/config/config.h"
#include "node/config/option_value.h"
#include "node/config/options.h"

namespace starling {
namespace {

// "shared.algorithm.kind" to "shared.algorithm" and "kind".
std::pair<std::string, std::string> split_key(const std::string& key) {
  const auto dot = key.rfind('.');
  return {key.substr(0, dot), key.substr(dot + 1)};
}

void print_line(std::string& text, const std::string& name, const std::string& value,
                const std::string& origin) {
  std::string line = name + " = " + value;
  constexpr std::size_t kCommentColumn = 40;
  line.append(line.size() < kCommentColumn ? kCommentColumn - line.size() : 1, ' ');
  text += line + "# " + printable(origin) + "\n";
}

std::string key_list(const NodeAddress& node) {
  if (node.public_key.size() == 1) return toml_quoted(node.public_key[0]);
  std::string list;
  for (const std::string& key : node.public_key)
    list += (list.empty() ? "[" : ", ") + toml_quoted(key);
  return list + "]";
}

}  // namespace

std::string print_config(const Config& config) {
  std::string text, section;
  // The table gives the order; tables of one section stand together, as TOML wants it.
  for (const Option& option : option_table(config.shared.objective.kind)) {
    const auto value = config.values.find(option.key);
    if (value == config.values.end()) continue;
    const auto [in, name] = split_key(option.key);
    if (in != section) text += (section.empty() ? "[" : "\n[") + in + "]\n";
    section = in;
    print_line(text, name, value->second.toml, value->second.origin);
  }
  for (const NodeAddress& node : config.nodes) {
    const auto found = config.node_origins.find(std::to_string(node.id));
    const std::string origin = found == config.node_origins.end() ? "" : found->second;
    text += "\n[[node]]\n";
    print_line(text, "id", std::to_string(node.id), origin);
    print_line(text, "listen", toml_quoted(node.listen), origin);
    if (!node.public_key.empty()) print_line(text, "public_key", key_list(node), origin);
  }
  return text;
}

}  // namespace starling
