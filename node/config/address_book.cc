#include "node/config/address_book.h"

#include <algorithm>
#include <charconv>

#include "node/keys/z85.h"
#include "topology/nearest.h"

namespace starling {
namespace {

constexpr std::size_t kMaxIpcPath = 107;  // sun_path, with its end
constexpr std::size_t kMostKeys = 2;      // the old one and the new one

std::optional<std::uint32_t> parse_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535)
    return {};
  return port;
}

bool is_loopback_v4(std::string_view host) {
  int part = 0;
  for (; part < 4; ++part) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(host.data(), host.data() + host.size(), byte);
    if (error != std::errc() || byte > 255 || (part == 0 && byte != 127)) return false;
    host.remove_prefix(static_cast<std::size_t>(end - host.data()));
    if (host.empty()) break;
    if (host.front() != '.') return false;
    host.remove_prefix(1);
  }
  return part == 3 && host.empty();
}

Option node_option(std::string key) {
  Option option;
  option.key = std::move(key);
  if (option.key == "node.id") {
    option.type = OptionType::integer;
    option.most = 1e6 - 1;
  }
  return option;
}

// All nodes have keys or none: half a secret is none.
void check_keys(const std::vector<NodeAddress>& nodes, std::string_view security) {
  const auto has_keys = [](const NodeAddress& node) { return !node.public_key.empty(); };
  if (std::none_of(nodes.begin(), nodes.end(), has_keys)) return;
  if (security == "none")
    throw ConfigError(
        "shared.security = \"none\": the address book has public keys; remove one of the two");
  const auto without = std::find_if_not(nodes.begin(), nodes.end(), has_keys);
  if (without != nodes.end())
    throw ConfigError("node " + std::to_string(without->id) +
                      ": node.public_key is missing; other nodes have one, and all need it");
  std::map<std::string, std::uint32_t> owners;
  for (const NodeAddress& node : nodes)
    for (const std::string& key : node.public_key)
      if (const auto [owner, unused] = owners.emplace(key, node.id); !unused)
        throw ConfigError("node " + std::to_string(node.id) + ": node.public_key = \"" + key +
                          "\": already node " + std::to_string(owner->second) + "'s");
}

NodeAddress read_node(const RawNode& raw) {
  NodeAddress node;
  bool has_id = false;
  for (const RawEntry& entry : raw.entries) {
    const std::string value = canonical_value(node_option(entry.key), entry);
    if (entry.key == "node.id") {
      node.id = static_cast<std::uint32_t>(std::stoul(value));
      has_id = true;
    } else if (entry.key == "node.listen") {
      if (!parse_endpoint(value))
        throw ConfigError(entry.place + ": node.listen = \"" + printable(value) +
                          "\": allowed is tcp://HOST:PORT with a port from 1 to 65535, or "
                          "ipc://PATH");
      node.listen = value;
    } else if (entry.key == "node.public_key") {
      node.public_key.push_back(value);
    } else {
      constexpr std::string_view kKeys[] = {"node.id", "node.listen", "node.public_key"};
      throw ConfigError(entry.place + ": unknown key " + entry.key +
                        did_you_mean(entry.key, kKeys));
    }
  }
  if (!raw.public_keys.empty()) node.public_key = raw.public_keys;
  if (!has_id) throw ConfigError(raw.place + ": a [[node]] without id");
  if (node.listen.empty())
    throw ConfigError(raw.place + ": node " + std::to_string(node.id) + " without listen");
  if (node.public_key.size() > kMostKeys)
    throw ConfigError(raw.place + ": node.public_key: " + std::to_string(node.public_key.size()) +
                      " keys; allowed is one, or [\"old\", \"new\"] while it is being changed");
  for (const std::string& key : node.public_key)
    if (!is_curve_key(key))
      throw ConfigError(raw.place + ": node.public_key = \"" + printable(key) +
                        "\": allowed are the 40 characters that starling-topology keys writes");
  return node;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const bool clean = std::all_of(text.begin(), text.end(),
                                 [](unsigned char c) { return c > 0x20 && c != 0x7f && c != ';'; });
  if (!clean) return {};
  Endpoint endpoint;
  if (text.starts_with("ipc://")) {
    endpoint.ipc = true;
    endpoint.host = text.substr(6);
    const bool dialled = !endpoint.host.empty() && endpoint.host != "*";
    return dialled && endpoint.host.size() <= kMaxIpcPath ? std::optional(endpoint) : std::nullopt;
  }
  if (!text.starts_with("tcp://")) return {};
  text.remove_prefix(6);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  const auto port = parse_port(text.substr(colon + 1));
  endpoint.host = text.substr(0, colon);
  if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']'))
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  else if (endpoint.host.find(':') != std::string_view::npos)
    return {};
  if (!port || endpoint.host.empty() || endpoint.host.find_first_of("*/[]") != endpoint.host.npos)
    return {};
  endpoint.port = *port;
  return endpoint;
}

bool on_this_host(const Endpoint& endpoint) {
  return endpoint.ipc || endpoint.host == "localhost" || endpoint.host == "::1" ||
         is_loopback_v4(endpoint.host);
}

std::vector<NodeAddress> read_address_book(const std::vector<RawNode>& raw_nodes) {
  std::vector<NodeAddress> nodes;
  std::map<std::uint32_t, std::string> ids;        // to the place of their table
  std::map<std::string, std::uint32_t> addresses;  // to the node
  for (const RawNode& raw : raw_nodes) {
    NodeAddress node = read_node(raw);
    const auto [id, new_id] = ids.emplace(node.id, raw.place);
    if (!new_id)
      throw ConfigError(raw.place + ": node.id = " + std::to_string(node.id) +
                        ": already given at " + id->second);
    const auto [address, new_address] = addresses.emplace(node.listen, node.id);
    if (!new_address)
      throw ConfigError(raw.place + ": node.listen = \"" + node.listen + "\": already node " +
                        std::to_string(address->second) + "'s");
    nodes.push_back(std::move(node));
  }
  std::sort(nodes.begin(), nodes.end(),
            [](const NodeAddress& a, const NodeAddress& b) { return a.id < b.id; });
  return nodes;
}

void check_address_book(const std::vector<NodeAddress>& nodes, std::uint32_t count,
                        std::string_view security) {
  check_keys(nodes, security);
  for (const NodeAddress& node : nodes) {
    if (node.id >= count)
      throw ConfigError("node.id = " + std::to_string(node.id) + ": the graph has nodes 0 to " +
                        std::to_string(count - 1));
    const auto endpoint = parse_endpoint(node.listen);
    if (security != "none" && node.public_key.empty() && endpoint && !on_this_host(*endpoint))
      throw ConfigError("node " + std::to_string(node.id) + ": listen = \"" + node.listen +
                        "\" can be reached from other hosts without encryption; allowed is a "
                        "loopback or ipc address, public_key for every node "
                        "(starling-topology keys), or security = \"none\" in [shared]");
  }
}

}  // namespace starling
