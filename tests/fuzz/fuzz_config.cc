#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/config/config.h"

// Any bytes are refused with a ConfigError or read; what was read prints to a text that reads back
// to the same values. A graph file is never opened: the text is read as a file of a folder that
// does not exist.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace starling;
  ConfigSources sources;
  sources.file = "/nonexistent/starling/fuzz.toml";
  sources.text = std::string(reinterpret_cast<const char*>(data), size);
  // Bounds the graph that is built where only its sides are given.
  sources.set = {"shared.topology.kind=ring", "shared.topology.nodes=4"};
  Config config;
  try {
    config = load_config(sources);
  } catch (const ConfigError&) {
    return 0;
  }
  sources.text = print_config(config);
  const Config again = load_config(sources);
  if (again.values.size() != config.values.size()) std::abort();
  for (const auto& [key, value] : config.values)
    if (again.values.at(key).toml != value.toml) std::abort();
  if (again.nodes.size() != config.nodes.size()) std::abort();
  if (again.shared.objective.config != config.shared.objective.config) std::abort();
  return 0;
}
