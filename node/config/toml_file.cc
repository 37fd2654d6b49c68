#include "node/config/toml_file.h"

#include <toml++/toml.h>
#include <algorithm>
#include <cmath>
#include <sstream>

#include "node/error.h"
#include "topology/number_text.h"

namespace starling {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
// Bounds how deep dotted keys can nest tables: their destructors recurse.
constexpr std::size_t kMaxLine = 8192;

struct Reader {
  const std::string& name;
  const std::string& folder;
  FlatToml flat;

  std::string place(const toml::source_region& source) const {
    return name + ":" + std::to_string(source.begin.line);
  }

  [[noreturn]] void refuse(const toml::source_region& source, const std::string& what) const {
    throw ConfigError(printable(place(source)) + ": " + what);
  }

  // A quoted key with a dot in it would pass for a path.
  void check_key(const toml::key& key) const {
    const auto plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    };
    const std::string_view text = key.str();
    if (text.empty() || !std::all_of(text.begin(), text.end(), plain))
      refuse(key.source(), "unknown key \"" + printable(text) + "\"");
  }

  RawEntry entry(std::string key, const toml::node& node, const toml::key& where) const {
    RawEntry entry;
    entry.key = std::move(key);
    entry.place = place(where.source());
    entry.folder = folder;
    if (const auto* text = node.as_string()) {
      entry.value = {RawValue::Type::text, text->get()};
    } else if (const auto* whole = node.as_integer()) {
      entry.value = {RawValue::Type::integer, std::to_string(whole->get())};
    } else if (const auto* number = node.as_floating_point()) {
      entry.value.type = RawValue::Type::real;
      append_shortest(entry.value.text, number->get());
    } else if (const auto* flag = node.as_boolean()) {
      entry.value = {RawValue::Type::other, flag->get() ? "true" : "false"};
    } else {
      entry.value = {RawValue::Type::other, node.is_array()   ? "an array"
                                            : node.is_table() ? "a table"
                                                              : "a date"};
    }
    return entry;
  }

  void flatten(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      check_key(key);
      const std::string path =
          prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
      if (path == "node") {
        read_nodes(node, key);
      } else if (const auto* inner = node.as_table()) {
        flatten(*inner, path);
      } else {
        flat.entries.push_back(entry(path, node, key));
      }
    }
  }

  void read_nodes(const toml::node& node, const toml::key& where) {
    const auto* tables = node.as_array();
    if (!tables || !tables->is_homogeneous<toml::table>())
      refuse(where.source(), "node is no list of tables; write [[node]] before each");
    for (const auto& element : *tables) {
      RawNode raw;
      raw.place = place(element.source());
      for (const auto& [key, value] : *element.as_table()) {
        check_key(key);
        if (key.str() == "public_key" && value.is_array())
          read_keys(raw, *value.as_array(), key);
        else
          raw.entries.push_back(entry("node." + std::string(key.str()), value, key));
      }
      flat.nodes.push_back(std::move(raw));
    }
  }

  void read_keys(RawNode& raw, const toml::array& keys, const toml::key& where) const {
    for (const auto& key : keys) {
      if (!key.is_string())
        refuse(where.source(), "node.public_key: allowed is a text, or two in a list");
      raw.public_keys.push_back(key.as_string()->get());
    }
  }
};

void check_size(std::string_view text, const std::string& name) {
  if (text.size() > kMaxBytes)
    throw ConfigError(printable(name) + ": larger than 1 MiB: no configuration");
  std::size_t line = 1;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > kMaxLine)
      throw ConfigError(printable(name) + ":" + std::to_string(line) + ": longer than 8192 bytes");
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
  }
}

}  // namespace

FlatToml parse_toml(std::string_view text, const std::string& name, const std::string& folder) {
  check_size(text, name);
  Reader reader{name, folder, {}};
  try {
    reader.flatten(toml::parse(text), "");
  } catch (const toml::parse_error& error) {
    std::ostringstream line;
    line << error.source().begin.line;
    throw ConfigError(printable(name) + ":" + line.str() + ": " + printable(error.description()));
  }
  return std::move(reader.flat);
}

}  // namespace starling
