#include "node/simulation/sim_cluster.h"

#include <algorithm>
#include <cstdio>

#include "node/node_options.h"

namespace starling {

namespace {

constexpr std::uint64_t kMostEvents = 100'000'000;
// Streams of one seed and purpose: pipes have node 0 (sim_network.h), nodes have their own.
RandomStream stream_of(std::uint64_t seed, NodeId node, std::uint32_t start) {
  return RandomStream(seed, Purpose::simulation, 1 + node, 1 + start);
}

std::string instance_of(std::uint64_t seed, NodeId node, std::uint32_t start) {
  RandomStream stream = stream_of(seed, node, start);
  char hex[33];
  std::snprintf(hex, sizeof hex, "%016llx%016llx", static_cast<unsigned long long>(stream.bits()),
                static_cast<unsigned long long>(stream.bits()));
  return hex;
}

// Every node at an address of its own.
Config with_addresses(Config config, NodeId nodes) {
  config.nodes.clear();
  for (NodeId i = 0; i < nodes; ++i) config.nodes.push_back({i, SimNetwork::endpoint(i), {}});
  return config;
}

}  // namespace

SimCluster::SimCluster(const Config& config, const Experiment& experiment,
                       std::vector<Objective*> objectives, FaultPlan plan, Options options)
    : config_(with_addresses(config, experiment.nodes())),
      experiment_(experiment),
      objectives_(std::move(objectives)),
      plan_(std::move(plan)),
      options_(options),
      trace_(options.keep_trace),
      nodes_(experiment.nodes()),
      starts_(experiment.nodes(), 0),
      requests_(experiment.nodes()),
      watch_(experiment.nodes(), network_options(config_, 0, {}).limits.window),
      network_(events_, plan_.link, options.seed, experiment.nodes(), trace_, watch_),
      began_(events_.now()) {
  for (NodeId i = 0; i < experiment.nodes(); ++i) disks_.push_back(std::make_shared<SimDisk>());
}

SimCluster::~SimCluster() {
  for (auto& node : nodes_)
    if (node && !node->ended()) node->kill(true);
}

void SimCluster::start(NodeId i) {
  SimNode::Options options;
  options.self = i;
  options.instance = instance_of(options_.seed, i, starts_[i]);
  options.transport = {i, {plan_.ppm[i]}, seconds_of(plan_.pace_s[i])};
  options.gradient_s = plan_.gradient_s;
  options.seed = options_.seed;
  options.start = starts_[i]++;
  options.customize = [this, i](NetworkOptions& network, ParticipantOptions& participant) {
    if (plan_.liar == i) network.shared["shared.seed"] += "1";
    if (!options_.rounding.empty()) participant.rounding = options_.rounding[i];
    if (config_.shared.membership.checkpoint_every > 0) participant.checkpoints = disks_[i];
    participant.switch_request = [this, i] { return requests_[i]; };
  };
  disks_[i]->node_starts();
  if (nodes_[i]) buried_.push_back(std::move(nodes_[i]));
  nodes_[i] = std::make_unique<SimNode>(std::move(options), config_, experiment_, *objectives_[i],
                                        events_, network_, watch_);
  trace_.record(events_.now(), "started", i, i);
  nodes_[i]->start();
}

SimOutcome SimCluster::run() {
  for (NodeId i = 0; i < nodes_.size(); ++i) start_after(plan_.start_s[i], i);
  for (const Fault& fault : plan_.faults)
    events_.at(began_ + seconds_of(fault.at_s), [this, &fault] { befall(fault); });
  const Instant limit = began_ + seconds_of(options_.limit_s);
  SimOutcome outcome;
  while (!ended() && !events_.empty() && events_.now() < limit && outcome.events < kMostEvents) {
    events_.step();
    ++outcome.events;
    if (options_.signal && *options_.signal) return {};
  }
  outcome.virtual_s = std::chrono::duration<double>(events_.now() - began_).count();
  if (!ended()) outcome.stuck = describe_stuck();
  for (const auto& node : nodes_) outcome.nodes.push_back(node ? node->ending() : SimEnding{});
  outcome.trace_hash = trace_.hash();
  for (const auto& node : buried_) outcome.earlier.push_back(node->ending());
  outcome.network = network_.counts();
  outcome.wire = watch_.counts();
  outcome.after_outage = after_outage_;
  return outcome;
}

void SimCluster::start_after(double seconds, NodeId i, bool outage) {
  ++to_come_;
  events_.at(events_.now() + seconds_of(seconds), [this, i, outage] {
    --to_come_;
    start(i);
    if (outage && to_come_ == 0) after_outage_ = disks_now();
  });
}

void SimCluster::kill(NodeId i, bool silent, std::optional<double> restart_after_s, bool outage) {
  if (!nodes_[i] || nodes_[i]->ended()) return;
  nodes_[i]->kill(silent);
  if (restart_after_s) start_after(*restart_after_s, i, outage);
}

void SimCluster::outage(const Fault& f) {
  const auto nodes = static_cast<NodeId>(nodes_.size());
  for (NodeId k = 0; k < nodes; ++k)
    events_.at(events_.now() + seconds_of(f.for_s * k / nodes),
               [this, &f, i = (f.node + k) % nodes] {
                 std::optional<double> again = f.restart_after_s;
                 if (again) *again += plan_.start_s[i];
                 kill(i, false, again, true);
               });
}

void SimCluster::full_disk(const Fault& f) {
  disks_[f.node]->set_full(true);
  events_.at(events_.now() + seconds_of(f.for_s), [this, &f] {
    disks_[f.node]->set_full(false);
    const auto& node = nodes_[f.node];
    if (f.restart_after_s && node && node->ended() && SimDisk::was_full(node->ending().reason))
      start_after(*f.restart_after_s, f.node);
  });
}

// One graph after the other, mixed as before.
void SimCluster::regraph(NodeId node) {
  static constexpr const char* kKinds[] = {"ring", "star", "complete", "path"};
  const MixingSettings& mixing = config_.shared.mixing;
  ++asked_;
  requests_[node] = "# request " + std::to_string(asked_) + "\n[shared.topology]\nkind = \"" +
                    kKinds[asked_ % std::size(kKinds)] + "\"\n[shared.mixing]\nacceleration = \"" +
                    mixing.acceleration + "\"\nsteps = " + std::to_string(mixing.steps) + "\n";
}

SimOutcome::Disks SimCluster::disks_now() const {
  SimOutcome::Disks found;
  const auto holds = [](const auto& disk) { return !disk->held().empty(); };
  for (const HeldSnapshot& held : disks_[0]->held())
    if (std::all_of(disks_.begin(), disks_.end(), [&](const auto& disk) {
          return std::binary_search(disk->held().begin(), disk->held().end(), held);
        }))
      found.common = held;
  const bool strayed = after_outage_ && after_outage_->strayed;
  found.uncommon = !strayed && !found.common && std::all_of(disks_.begin(), disks_.end(), holds);
  found.strayed = strayed || (!found.common && std::any_of(disks_.begin(), disks_.end(), holds));
  return found;
}

bool SimCluster::ended() const {
  return to_come_ == 0 && std::all_of(nodes_.begin(), nodes_.end(),
                                      [](const auto& node) { return node && node->ended(); });
}

std::string SimCluster::describe_stuck() const {
  std::string text;
  for (const auto& node : nodes_) {
    if (!node || node->ended()) continue;
    if (!text.empty()) text += "; ";
    text += "node " + std::to_string(node->id()) + " at step " + std::to_string(node->step());
    if (node->waiting_for()) text += " waits for node " + std::to_string(*node->waiting_for());
    const Instant still = events_.now() - node->moved_at();
    text += " for " +
            std::to_string(std::chrono::duration_cast<std::chrono::seconds>(still).count()) + " s";
  }
  return text;
}

void SimCluster::befall(const Fault& f) {
  using Kind = Fault::Kind;
  const Instant until = events_.now() + seconds_of(f.for_s);
  SimNode* const node = nodes_[f.node] && !nodes_[f.node]->ended() ? nodes_[f.node].get() : nullptr;
  trace_.record(events_.now(), name(f.kind), f.node, f.other);
  switch (f.kind) {
    case Kind::cut:
      return network_.cut(f.node, f.other);
    case Kind::half_open:
      return network_.half_open(f.node, f.other);
    case Kind::one_way:
      return network_.block(f.node, f.other, until);
    case Kind::stall:
      network_.block(f.node, f.other, until);
      return network_.block(f.other, f.node, until);
    case Kind::partition:
      for (NodeId a = 0; a < nodes_.size(); ++a)
        for (NodeId b = 0; b < nodes_.size(); ++b)
          if (f.side[a] != f.side[b]) network_.block(a, b, until);
      return;
    case Kind::refuse:
      return network_.refuse(f.node, until);
    case Kind::freeze:
      if (node) node->transport().freeze(until);
      return;
    case Kind::pause:
      for (const auto& each : nodes_)
        if (each && !each->ended()) each->transport().freeze(until);
      return;
    case Kind::leave:
      if (node) node->terminate();
      return;
    case Kind::crash:
    case Kind::power:
      return kill(f.node, f.kind == Kind::power, f.restart_after_s);
    case Kind::outage:
      return outage(f);
    case Kind::full_disk:
      return full_disk(f);
    case Kind::rot:
      return disks_[f.node]->spoil_newest();
    case Kind::regraph:
      return regraph(f.node);
    case Kind::flip:
      return network_.damage(f.node, f.other, SimNetwork::Damage::flipped, 1);
    case Kind::truncate:
      return network_.damage(f.node, f.other, SimNetwork::Damage::truncated, 1);
    case Kind::twice:
      return network_.damage(f.node, f.other, SimNetwork::Damage::doubled, 1);
  }
}

}  // namespace starling
