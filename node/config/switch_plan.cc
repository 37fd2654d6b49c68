#include "node/config/switch_plan.h"

#include <algorithm>

#include "consensus/aggregators/requirements.h"
#include "node/config/config.h"
#include "node/config/toml_file.h"

namespace starling {

namespace {
// Robust rules were promised their neighborhoods at the start, and liars know whom they lie to.
void require_linear(const Settings& settings) {
  if (!mixes_whole_vectors(settings)) return;
  const bool robust = settings.mixing.robust();
  throw ConfigError(std::string(robust ? "shared.mixing.aggregator" : "shared.attack.kind") +
                    " = \"" + (robust ? settings.mixing.aggregator : settings.attack.kind) +
                    "\": the graph is that of the start; a switch is refused");
}
}  // namespace

Settings switched_settings(const Settings& now, const std::string& text) {
  ConfigSources sources;
  sources.text = text;
  // What a whole configuration may not lack; the number of nodes only where the text leaves it out.
  sources.set = {"shared.objective.kind=reference_quadratic"};
  const std::string nodes = "shared.topology.nodes";
  const auto given = parse_toml(text, "switch file", "").entries;
  if (std::none_of(given.begin(), given.end(), [&](const auto& e) { return e.key == nodes; }))
    sources.set.push_back(nodes + "=" + std::to_string(now.topology.nodes));
  const Config config = load_config(sources);
  for (const auto& [key, value] : config.values)
    if (value.origin != "default" && value.origin != "--set" &&
        !key.starts_with("shared.topology.") && !key.starts_with("shared.mixing."))
      throw ConfigError(value.origin + ": " + key + " = " + value.toml +
                        ": a switch changes shared.topology and shared.mixing only");
  require_linear(now);
  require_linear(config.shared);
  Settings then = now;
  then.topology = config.shared.topology;
  then.mixing = config.shared.mixing;
  if (then.topology.nodes != now.topology.nodes)
    throw ConfigError(nodes + " = " + std::to_string(then.topology.nodes) +
                      ": a switch keeps the number of nodes, " +
                      std::to_string(now.topology.nodes));
  return then;
}

}  // namespace starling
