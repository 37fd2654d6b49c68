#include "node/config/config.h"

#include <boost/program_options.hpp>
#include <cstring>
#include <filesystem>

#include "node/config/address_book.h"
#include "node/config/config_settings.h"
#include "node/config/option_value.h"
#include "node/config/options.h"
#include "node/config/toml_file.h"
#include "node/files/text_file.h"
#include "topology/nearest.h"

extern char** environ;

namespace starling {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t kMaxConfigBytes = 1 << 20;

std::string current_folder() {
  std::error_code error;
  return std::filesystem::current_path(error).string();
}

RawEntry untyped_entry(const std::string& key, const std::string& value, const std::string& place) {
  RawEntry entry;
  entry.key = key;
  entry.value.text = value;
  entry.place = place;
  entry.folder = current_folder();
  return entry;
}

// --set section.key=value; of a key given twice the later counts.
std::vector<RawEntry> command_line_entries(const std::vector<std::string>& set) {
  std::map<std::string, RawEntry> entries;
  for (const std::string& item : set) {
    const auto equals = item.find('=');
    if (equals == std::string::npos || equals == 0)
      throw ConfigError("--set " + printable(item) + ": allowed is section.key=value");
    const std::string key = item.substr(0, equals);
    entries[key] = untyped_entry(key, item.substr(equals + 1), "--set");
  }
  std::vector<RawEntry> result;
  for (auto& [key, entry] : entries) result.push_back(std::move(entry));
  return result;
}

// The variables that name a key; others that begin like one are mistakes.
std::vector<RawEntry> environment_entries(const std::map<std::string, std::string>& environment,
                                          const std::vector<Option>& table) {
  std::map<std::string, std::string> keys;
  std::vector<std::string_view> names;
  for (const Option& option : table) keys.emplace(environment_name(option.key), option.key);
  for (const auto& [name, key] : keys) names.push_back(name);
  std::vector<RawEntry> entries;
  for (const auto& [name, value] : environment) {
    const auto found = keys.find(name);
    if (found == keys.end())
      throw ConfigError("environment: unknown key " + printable(name) + did_you_mean(name, names));
    entries.push_back(untyped_entry(found->second, value, "environment " + name));
  }
  return entries;
}

// The nearest key of the same section, by its last name alone: of long paths any two look alike.
[[noreturn]] void refuse_unknown(const RawEntry& entry, const std::vector<Option>& table) {
  const std::string section = entry.key.substr(0, entry.key.rfind('.') + 1);
  std::vector<std::string_view> keys, names;
  std::string list;
  for (const Option& option : table) {
    keys.push_back(option.key);
    const bool inside = option.key.rfind('.') + 1 == section.size();
    if (!inside || !option.key.starts_with(section)) continue;
    names.push_back(std::string_view(option.key).substr(section.size()));
    list += (list.empty() ? "" : ", ") + std::string(names.back());
  }
  std::string message = printable(entry.place) + ": unknown key " + printable(entry.key);
  if (names.empty()) throw ConfigError(message + did_you_mean(entry.key, keys));
  const std::string nearest = nearest_name(entry.key.substr(section.size()), names);
  if (!nearest.empty()) message += " (did you mean '" + section + nearest + "'?)";
  throw ConfigError(message + "; allowed in " + section.substr(0, section.size() - 1) + ": " +
                    list);
}

// One source, checked and in canonical text, as Program_options takes it.
po::parsed_options checked(const std::vector<RawEntry>& entries, const std::vector<Option>& table,
                           const po::options_description& description) {
  po::parsed_options parsed(&description);
  for (const RawEntry& entry : entries) {
    const Option* option = find_option(table, entry.key);
    if (!option) refuse_unknown(entry, table);
    parsed.options.emplace_back(entry.key, std::vector{canonical_value(*option, entry)});
  }
  return parsed;
}

// The strongest source's objective kind decides which keys [shared.objective] has.
std::string objective_kind(const std::vector<std::vector<RawEntry>>& sources,
                           const std::vector<Option>& table) {
  const std::string key = "shared.objective.kind";
  for (const auto& source : sources)
    for (const RawEntry& entry : source)
      if (entry.key == key) return canonical_value(*find_option(table, key), entry);
  return find_option(table, key)->standard;
}

std::map<std::string, std::string> origins_of(const std::vector<std::vector<RawEntry>>& sources) {
  std::map<std::string, std::string> origins;  // the first source wins, as it does in the store
  for (const auto& source : sources)
    for (const RawEntry& entry : source) origins.emplace(entry.key, entry.place);
  return origins;
}

FlatToml read_file(const ConfigSources& sources) {
  if (sources.file.empty() && !sources.text) return {};
  const std::string name = sources.file.empty() ? "configuration" : sources.file;
  const std::string text =
      sources.text ? *sources.text : read_text_file(sources.file, "--config", kMaxConfigBytes);
  return parse_toml(text, name, std::filesystem::path(sources.file).parent_path().string());
}

}  // namespace

std::map<std::string, std::string> environment_of_process() {
  std::map<std::string, std::string> result;
  for (char** variable = environ; variable && *variable; ++variable) {
    const std::string_view text = *variable;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    if (text.starts_with("STARLING_SHARED_") || text.starts_with("STARLING_LOCAL_"))
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

Config load_config(const ConfigSources& sources) {
  Config config;
  config.file = sources.file;
  const FlatToml file = read_file(sources);
  const auto from_command_line = command_line_entries(sources.set);
  const auto any_kind = option_table("");
  // A key of one objective only is no mistake in the environment before the objective is known.
  std::map<std::string, std::string> kind_alone;
  const auto kind_variable = sources.environment.find(environment_name("shared.objective.kind"));
  if (kind_variable != sources.environment.end()) kind_alone.insert(*kind_variable);
  const std::string kind = objective_kind(
      {from_command_line, environment_entries(kind_alone, any_kind), file.entries}, any_kind);

  const auto table = option_table(kind);
  const std::vector<std::vector<RawEntry>> by_strength = {
      from_command_line, environment_entries(sources.environment, table), file.entries};
  po::options_description description;
  describe_options(table, description);
  po::variables_map values;
  for (const auto& source : by_strength) po::store(checked(source, table, description), values);
  po::store(po::parsed_options(&description), values);  // the defaults

  const auto origins = origins_of(by_strength);
  std::map<std::string, std::string> canonical;
  for (const Option& option : table) {
    if (!values.count(option.key)) continue;
    const auto& value = values[option.key];
    const std::string text = value.as<std::string>();
    if (text.empty() && option.file) continue;  // "" takes a file of a weaker source away
    canonical[option.key] = text;
    config.values[option.key] = {toml_value(option, text),
                                 value.defaulted() ? "default" : origins.at(option.key), text};
  }
  config.nodes = read_address_book(file.nodes);
  for (std::size_t k = 0; k < file.nodes.size(); ++k)
    for (const RawEntry& entry : file.nodes[k].entries)
      if (entry.key == "node.id") config.node_origins[entry.value.text] = file.nodes[k].place;
  apply_settings(config, canonical);
  check_address_book(config.nodes, config.shared.topology.nodes, config.shared.security);
  if (config.shared.checksum == "auto")
    config.shared.checksum = encrypted(config) ? "header" : "payload";
  return config;
}

Config load_config(const std::string& file, const std::vector<std::string>& set) {
  ConfigSources sources;
  sources.file = file;
  sources.set = set;
  sources.environment = environment_of_process();
  return load_config(sources);
}

bool encrypted(const Config& config) {
  return !config.nodes.empty() && !config.nodes.front().public_key.empty();
}

const NodeAddress& node_address(const Config& config, std::uint32_t id) {
  for (const NodeAddress& node : config.nodes)
    if (node.id == id) return node;
  throw ConfigError("node " + std::to_string(id) + " is not in the address book (" +
                    std::to_string(config.nodes.size()) + " [[node]] tables)");
}

}  // namespace starling
