#include "node/switch_plan.h"

#include "node/config.h"

namespace starling {

Settings switched_settings(const Settings& now, const std::string& text) {
  ConfigSources sources;
  sources.text = text;
  // What a switch cannot change, and a whole configuration may not lack.
  sources.set = {"shared.objective.kind=reference_quadratic",
                 "shared.topology.nodes=" + std::to_string(now.topology.nodes)};
  const Config config = load_config(sources);
  for (const auto& [key, value] : config.values)
    if (value.origin != "default" && value.origin != "--set" &&
        !key.starts_with("shared.topology.") && !key.starts_with("shared.mixing."))
      throw ConfigError(value.origin + ": " + key + " = " + value.toml +
                        ": a switch changes shared.topology and shared.mixing only");
  Settings then = now;
  then.topology = config.shared.topology;
  then.mixing = config.shared.mixing;
  return then;
}

}  // namespace starling
