#include "node/exchange/zmq_curve.h"

#include <zmq.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace starling {
namespace {

using Z85 = std::array<char, 41>;  // with its end

[[noreturn]] void no_curve() {
  throw std::runtime_error("this libzmq was built without CURVE: no encryption");
}

}  // namespace

KeyPair make_key_pair() {
  Z85 public_key{}, secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0) no_curve();
  return {public_key.data(), secret_key.data()};
}

std::string public_key_of(const std::string& secret_key) {
  Z85 public_key{};
  if (zmq_curve_public(public_key.data(), secret_key.c_str()) != 0) no_curve();
  return public_key.data();
}

const KeyBook::Entry* KeyBook::at(const std::string& endpoint) const {
  const auto found = std::ranges::find(nodes, endpoint, &Entry::endpoint);
  return found == nodes.end() ? nullptr : &*found;
}

const KeyBook::Entry* KeyBook::owner_of(const std::string& public_key) const {
  const auto found = std::ranges::find_if(nodes, [&](const Entry& entry) {
    return std::ranges::find(entry.public_keys, public_key) != entry.public_keys.end();
  });
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace starling
