#include "tools/topology/keys.h"

#include <filesystem>
#include <iostream>

#include "node/error.h"
#include "node/exchange/zmq_curve.h"
#include "node/files/atomic_file.h"
#include "node/keys/key_file.h"

namespace starling {
namespace {

constexpr std::uint64_t kMostNodes = 10'000;

}  // namespace

void make_keys(const TopologyOptions& options) {
  const std::uint64_t nodes = options.parameters.nodes.value_or(0);
  if (nodes < 1 || nodes > kMostNodes)
    throw UsageError("--nodes " + (nodes ? "= '" + std::to_string(nodes) + "'" : "is missing") +
                     "; allowed: 1..10000, one key pair each");
  if (options.output.empty()) throw UsageError("--output is missing: the folder for the key files");
  const std::filesystem::path folder = options.output;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw RunError("cannot make " + folder.string() + ": " + error.message());
  const std::filesystem::path book = folder / "public_keys.toml";
  if (std::filesystem::exists(book))
    throw ConfigError(book.string() + ": is there already, and keys are not written over");
  std::string text = "# Public keys: each public_key belongs into its node's [[node]] table.\n";
  for (std::uint32_t node = 0; node < nodes; ++node) {
    const KeyPair pair = make_key_pair();
    write_key_file((folder / ("node-" + std::to_string(node) + ".secret")).string(), node, pair);
    text +=
        "\n[[node]]\nid = " + std::to_string(node) + "\npublic_key = \"" + pair.public_key + "\"\n";
  }
  write_file_atomically(book.string(), text);
  std::cout << nodes << " key pairs in " << folder.string()
            << ": node-<i>.secret for node i alone, public_keys.toml for the address book\n";
}

}  // namespace starling
