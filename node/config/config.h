#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/settings.h"
#include "node/error.h"

namespace starling {

// [local]: what may differ from node to node. Seconds, bytes.
struct LocalSettings {
  std::string device = "cpu";
  std::string tensor_cores = "none";
  std::string cpus = "any";
  int threads = 1;
  std::string solver = "gradient";          // of the local steps
  double grace = 1;                         // the least silence after which a link counts as silent
  double grace_max = 30;                    // the most
  std::uint64_t link_window = 1024 * 1024;  // bytes sent and not yet taken, per stream and link
  double start_limit = 60;                  // waiting for the first start
  double hold_limit = 60;                   // waiting with fewer than min_nodes
  std::string data_store;                   // folder of the rows' files; empty: in memory
  std::string test_data, test_labels;       // rows that nobody learns from, for the summary
  std::string switch_file;                  // read while running: another graph or other weights
  std::string secret_key_file;  // this node's; needed when the address book has public keys
};

// [[node]]: one line of the address book.
struct NodeAddress {
  std::uint32_t id = 0;
  std::string listen;                   // tcp://host:port or ipc://path
  std::vector<std::string> public_key;  // none, one, or two while a key is being changed
};

// One effective value and where it came from.
struct ConfigValue {
  std::string toml;    // as it stands in a file
  std::string origin;  // "--set", "environment STARLING_...", "FILE:12", "default"
  std::string text;    // canonical: names as they are, numbers shortest, paths absolute
};

struct Config {
  std::string file;  // empty: none
  Settings shared;
  LocalSettings local;
  std::vector<NodeAddress> nodes;  // ascending id; empty: no address book (a simulation)
  std::map<std::string, ConfigValue>
      values;  // by full key, e.g. "shared.algorithm.kind"; keys without a value are absent
  std::map<std::string, std::string> node_origins;  // "0" -> FILE:40
};

// Where values come from, strongest first: command line, environment, file, defaults.
struct ConfigSources {
  std::string file;                                // read when not empty and `text` is absent
  std::optional<std::string> text;                 // the file's content, when already at hand
  std::vector<std::string> set;                    // "section.key=value", later ones win
  std::map<std::string, std::string> environment;  // STARLING_SHARED_ALGORITHM_KIND -> value
};

// The environment variables of this process that name our keys.
std::map<std::string, std::string> environment_of_process();

// Reads, checks and completes a configuration. Relative paths in the file are resolved against its
// folder, those of the command line and the environment against the current folder. Errors
// ConfigError, one line: place, key, value, what is allowed, nearest name.
Config load_config(const ConfigSources& sources);
// With the environment of the process.
Config load_config(const std::string& file, const std::vector<std::string>& set = {});

// The effective configuration as TOML, each value's origin as a comment; reads back to the same
// values.
std::string print_config(const Config& config);

// Whether the nodes talk in secret: the address book has public keys (of all nodes or of none).
bool encrypted(const Config& config);

// The entry of a node in the address book. Errors  ConfigError when it has none.
const NodeAddress& node_address(const Config& config, std::uint32_t id);

}  // namespace starling
