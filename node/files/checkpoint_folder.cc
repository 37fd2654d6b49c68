#include "node/files/checkpoint_folder.h"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>

#include "node/error.h"
#include "node/files/safetensors.h"

namespace starling {

namespace {

constexpr std::string_view kBegins = "step-", kEnds = ".safetensors";
constexpr std::size_t kWord = 16;  // hex digits

std::string hex(std::uint64_t word) {
  char text[kWord + 1];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(word));
  return text;
}

std::uint64_t word_of(std::string_view text, const char* what) {
  std::uint64_t word = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word, 16);
  if (text.size() != kWord || error != std::errc() || end != text.data() + text.size())
    throw RunError("no checkpoint: \"" + std::string(what) + "\" is not 16 hex digits");
  return word;
}

const std::string& entry(const Safetensors& file, const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    throw RunError("no checkpoint: it says no \"" + std::string(key) + '"');
  return found->second;
}

// Of names and values alike: what a disk garbled is no model.
std::uint64_t checksum(const Snapshot& snapshot) {
  std::uint64_t sum = XXH3_64bits(snapshot.scalars.data(), 8 * snapshot.scalars.size());
  for (const auto& state : snapshot.states) {
    sum = XXH3_64bits_withSeed(state.name.data(), state.name.size(), sum);
    sum = XXH3_64bits_withSeed(state.values.data(), state.values.size(), sum);
  }
  return sum;
}

std::optional<std::uint64_t> step_of(std::string_view name) {
  if (!name.starts_with(kBegins) || !name.ends_with(kEnds)) return std::nullopt;
  name.remove_prefix(kBegins.size());
  name.remove_suffix(std::min(kEnds.size(), name.size()));
  std::uint64_t step = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return step;
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string folder, std::uint64_t digest, Precision precision,
                                   const std::function<void(const std::string&)>& say)
    : folder_(std::move(folder)), digest_(digest), precision_(precision) {
  std::error_code error;
  std::vector<HeldSnapshot> sound;
  std::filesystem::create_directories(folder_, error);
  if (error) throw RunError("cannot create " + folder_ + ": " + error.message());
  for (const auto& file : std::filesystem::directory_iterator(folder_, error)) {
    const auto step = step_of(file.path().filename().string());
    if (!step) continue;
    try {
      HeldSnapshot found{*step, 0};
      load(*step, found.view);
      sound.push_back(found);
    } catch (const RunError& refused) {
      say("checkpoint " + path_of(*step) + " refused: " + refused.what());
    }
  }
  if (error) throw RunError("cannot read " + folder_ + ": " + error.message());
  holds(std::move(sound));
}

std::string CheckpointFolder::path_of(std::uint64_t step) const {
  return folder_ + "/" + std::string(kBegins) + std::to_string(step) + std::string(kEnds);
}

Snapshot CheckpointFolder::load(std::uint64_t step, std::uint64_t& view) const {
  const Safetensors file = read_safetensors(path_of(step));
  if (word_of(entry(file, "digest"), "digest") != digest_)
    throw RunError("it is of another configuration, data or version");
  view = word_of(entry(file, "view"), "view");
  Snapshot snapshot;
  snapshot.step = word_of(entry(file, "step"), "step");
  if (snapshot.step != step) throw RunError("it is of step " + std::to_string(snapshot.step));
  std::string_view scalars = entry(file, "scalars");
  for (; !scalars.empty(); scalars.remove_prefix(std::min(kWord, scalars.size())))
    snapshot.scalars.push_back(word_of(scalars.substr(0, kWord), "scalars"));
  for (const Tensor& tensor : file.tensors) snapshot.states.push_back({tensor.name, tensor.bytes});
  if (word_of(entry(file, "checksum"), "checksum") != checksum(snapshot))
    throw RunError("a bad checksum");
  return snapshot;
}

Snapshot CheckpointFolder::read(const HeldSnapshot& which) const {
  std::uint64_t view = 0;
  return load(which.step, view);
}

void CheckpointFolder::store(const Snapshot& snapshot, std::uint64_t view) {
  std::string scalars;
  for (const std::uint64_t word : snapshot.scalars) scalars += hex(word);
  const std::map<std::string, std::string> metadata = {{"step", hex(snapshot.step)},
                                                       {"view", hex(view)},
                                                       {"digest", hex(digest_)},
                                                       {"scalars", scalars},
                                                       {"checksum", hex(checksum(snapshot))}};
  const bool single = precision_ == Precision::float32;
  std::vector<TensorView> tensors;
  for (const auto& state : snapshot.states)
    tensors.push_back({state.name,
                       single ? "F32" : "F64",
                       {state.values.size() / (single ? 4 : 8)},
                       state.values});
  write_safetensors(path_of(snapshot.step), metadata, tensors);
}

void CheckpointFolder::remove(std::uint64_t step) {
  std::error_code ignored;  // what stays is refused or written anew
  std::filesystem::remove(path_of(step), ignored);
}

}  // namespace starling
