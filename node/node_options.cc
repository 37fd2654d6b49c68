#include "node/node_options.h"

#include <algorithm>

#include "node/config/fingerprint.h"
#include "node/keys/node_keys.h"
#include "node/views/switching.h"

namespace starling {

std::vector<std::string> endpoints_of(const Config& config) {
  std::vector<std::string> endpoints;
  for (const NodeAddress& node : config.nodes) {
    if (endpoints.size() <= node.id) endpoints.resize(node.id + 1);
    endpoints[node.id] = node.listen;
  }
  return endpoints;
}

NetworkOptions network_options(const Config& config, std::uint32_t id, std::string instance) {
  NetworkOptions options;
  options.self = id;
  options.instance = std::move(instance);
  options.shared = shared_values(config);
  options.endpoints = endpoints_of(config);
  options.limits.window = static_cast<std::uint32_t>(
      std::max<std::uint64_t>(config.local.link_window / config.shared.chunk, 1));
  options.limits.header_checksum = config.shared.checksum == "header";
  const auto duration = [](double s) {
    return std::chrono::duration_cast<Instant>(std::chrono::duration<double>(s));
  };
  options.grace = duration(config.local.grace);
  options.grace_max = duration(config.local.grace_max);
  options.seed = config.shared.seed;
  return options;
}

ZmqOptions zmq_options(const Config& config, std::uint32_t id) {
  ZmqOptions options;
  options.keys = key_book(config, id);
  options.max_message_bytes =
      kHeaderBytes + std::max<std::size_t>(2 * config.shared.chunk, kMostControlBytes) + (64 << 10);
  // Above all credit, two message parts a chunk: a full pipe is a defect.
  const Link::Limits limits;
  options.high_water = static_cast<int>(std::clamp<std::uint64_t>(
      2 * limits.streams * (config.local.link_window / config.shared.chunk + 1) + 256, 4096,
      1 << 24));
  return options;
}

ParticipantOptions participant_options(const Config& config, const Experiment& experiment,
                                       std::uint32_t id) {
  ParticipantOptions options;
  options.settings = config.shared;
  options.self = id;
  options.schedule = experiment.schedule;
  options.samples = static_cast<std::uint64_t>(experiment.samples[id]);
  options.start_limit_s = config.local.start_limit;
  options.hold_limit_s = config.local.hold_limit;
  options.grace_s = config.local.grace;
  if (const std::string& file = config.local.switch_file; !file.empty())
    options.switch_request = [file] { return request_in(file); };
  if (config.shared.membership.on_death == "adopt")
    options.adoption = std::make_shared<Adoption>(config, experiment, id);
  return options;
}

}  // namespace starling
