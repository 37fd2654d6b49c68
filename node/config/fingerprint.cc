#include "node/config/fingerprint.h"

#include "node/config/option_value.h"
#include "node/config/options.h"
#include "node/files/text_file.h"

namespace starling {
namespace {

// A path is replaced by what the file holds: nodes keep their files where they like.
std::string compared_text(const Option& option, const std::string& text) {
  const std::string groups = "groups:";
  if (option.file && !text.starts_with("label=")) return file_digest(text, option.key);
  if (option.key == "shared.objective.partition" && text.starts_with(groups))
    return groups + file_digest(text.substr(groups.size()), option.key);
  return exact_value(option, text);
}

}  // namespace

std::map<std::string, std::string> shared_values(const Config& config) {
  std::map<std::string, std::string> result;
  for (const Option& option : option_table(config.shared.objective.kind)) {
    const auto value = config.values.find(option.key);
    if (value != config.values.end() && option.key.starts_with("shared."))
      result[option.key] = compared_text(option, value->second.text);
  }
  std::string ids;
  for (const NodeAddress& node : config.nodes) {
    ids += (ids.empty() ? "" : " ") + std::to_string(node.id);
    for (const std::string& key : node.public_key)
      result["node." + std::to_string(node.id) + ".public_key"] += " " + key;
  }
  if (!config.nodes.empty()) result["node.ids"] = ids;
  return result;
}

}  // namespace starling
