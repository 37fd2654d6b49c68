#include "tools/sim/results.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "node/error.h"
#include "node/files/contraction_file.h"
#include "node/files/safetensors.h"

namespace starling {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> content(const fs::path& path) {
  if (!fs::exists(path)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw RunError(path.string() + ": cannot be read");
  return text;
}

NodeResult read_node(const fs::path& folder) {
  NodeResult result;
  if (const auto text = content(folder / "summary.json")) {
    Json summary = Json::parse(*text, nullptr, false);
    if (!summary.is_object())
      throw RunError((folder / "summary.json").string() + ": is no JSON object");
    result.summary = std::move(summary);
  }
  if (const auto text = content(folder / "samples"))
    result.samples = static_cast<std::uint64_t>(std::count(text->begin(), text->end(), '\n'));
  const fs::path model = folder / "model.safetensors";
  if (fs::exists(model)) result.model = read_safetensors(model.string()).tensor("x").values();
  const fs::path contraction = folder / "contraction.safetensors";
  if (fs::exists(contraction)) result.contraction = read_contraction(contraction.string());
  return result;
}

}  // namespace

std::vector<NodeResult> read_results(const std::string& folder, std::uint32_t nodes) {
  std::vector<NodeResult> results;
  for (std::uint32_t i = 0; i < nodes; ++i)
    results.push_back(read_node(fs::path(folder) / ("node-" + std::to_string(i))));
  return results;
}

}  // namespace starling
