#pragma once

#include <string_view>
#include <vector>

#include "node/config/config.h"
#include "node/config/toml_file.h"

namespace starling {

// An address of [[node]] listen: tcp://HOST:PORT (IPv6 in brackets) or ipc://PATH.
struct Endpoint {
  bool ipc = false;
  std::string_view host;  // without brackets; of ipc the path
  std::uint32_t port = 0;
};

// Nothing when it is neither, or when no neighbor could dial it (port * or 0, host *).
std::optional<Endpoint> parse_endpoint(std::string_view text);

// 127.0.0.0/8, ::1, localhost, and ipc: what no other host can reach. Any other name may be one
// that can.
bool on_this_host(const Endpoint& endpoint);

// Reads [[node]]: ids once each, addresses well formed and once each. Ascending ids.
// Public keys, at most two a node, of the right form.
// Errors    ConfigError with the place.
std::vector<NodeAddress> read_address_book(const std::vector<RawNode>& nodes);

// Every id below `count`; all nodes have keys of their own, or none has; without keys every address
// is on this host unless security = "none".
// Errors    ConfigError naming node and address.
void check_address_book(const std::vector<NodeAddress>& nodes, std::uint32_t count,
                        std::string_view security);

}  // namespace starling
