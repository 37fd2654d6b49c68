#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace starling {

// A CURVE key pair, both halves in Z85 (node/keys/z85.h).
struct KeyPair {
  std::string public_key, secret_key;
};

// A new one, from the system's randomness.
// Errors    std::runtime_error when this libzmq was built without CURVE.
KeyPair make_key_pair();

// The public key that belongs to a secret one. Requires  is_curve_key(secret_key).
std::string public_key_of(const std::string& secret_key);

// What encryption needs to know: who we are, and whom we let in and dial.
//
// Each public key belongs to one node: a connection that has proven a key is that node's. While a
// node changes its key it has two, and a dialler tries them in turn.
struct KeyBook {
  struct Entry {
    std::uint32_t node = 0;
    std::string endpoint;
    std::vector<std::string> public_keys;
  };
  KeyPair own;
  std::vector<Entry> nodes;

  // The node of an endpoint or of a key, or null.
  const Entry* at(const std::string& endpoint) const;
  const Entry* owner_of(const std::string& public_key) const;
};

}  // namespace starling
