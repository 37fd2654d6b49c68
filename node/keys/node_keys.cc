#include "node/keys/node_keys.h"

#include <algorithm>

#include "node/config/option_value.h"
#include "node/error.h"
#include "node/keys/key_file.h"

namespace starling {
namespace {

const std::string kKey = "local.secret_key_file";

}  // namespace

std::optional<KeyBook> key_book(const Config& config, std::uint32_t id) {
  const std::string& file = config.local.secret_key_file;
  if (!encrypted(config)) {
    if (!file.empty())
      throw ConfigError(kKey + " = \"" + printable(file) +
                        "\": the address book has no public keys, so nothing would be encrypted");
    return std::nullopt;
  }
  if (file.empty())
    throw ConfigError(kKey + " is missing: the address book has public keys, and node " +
                      std::to_string(id) + " needs its secret one");
  KeyBook book;
  book.own = read_key_file(file, kKey);
  for (const NodeAddress& node : config.nodes)
    book.nodes.push_back({node.id, node.listen, node.public_key});
  const auto* const owner = book.owner_of(book.own.public_key);
  if (!owner || owner->node != id) {
    const std::string whose =
        owner ? "the secret key of node " + std::to_string(owner->node)
              : "of public key " + book.own.public_key + ", which the address book does not have";
    throw ConfigError(kKey + " = \"" + printable(file) + "\": is " + whose + "; this is node " +
                      std::to_string(id));
  }
  return book;
}

std::string describe_keys(const Config& config, std::uint32_t id) {
  const auto book = key_book(config, id);
  if (!book)
    return config.shared.security == "none" ? "keys: none, everything in the clear, as configured"
                                            : "keys: none, and every address is on this host";
  std::string changing;
  for (const KeyBook::Entry& node : book->nodes)
    if (node.public_keys.size() > 1)
      changing += (changing.empty() ? "; two keys, so being changed: node " : ", ") +
                  std::to_string(node.node);
  return "keys: of all " + std::to_string(book->nodes.size()) +
         " nodes in the address book; node " + std::to_string(id) +
         "'s secret key fits its public one" + changing;
}

}  // namespace starling
