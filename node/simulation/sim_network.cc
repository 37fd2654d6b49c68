#include "node/simulation/sim_network.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace starling {

namespace {
constexpr std::string_view kScheme = "sim://";
}  // namespace

SimNetwork::SimNetwork(EventQueue& events, const LinkModel& model, std::uint64_t seed, NodeId nodes,
                       Trace& trace, FrameWatch& watch)
    : events_(events), model_(model), seed_(seed), trace_(trace), watch_(watch), hosts_(nodes) {}

std::string SimNetwork::endpoint(NodeId node) {
  return std::string(kScheme) + std::to_string(node);
}

void SimNetwork::attach(NodeId node, SimTransport& transport) {
  hosts_[node].transport = &transport;
  hosts_[node].dark = false;
}

void SimNetwork::detach(NodeId node, bool silent) {
  hosts_[node].transport = nullptr;
  hosts_[node].dark = silent;
  const auto all = connections_;
  for (const auto& [number, c] : all)
    for (int end : {0, 1})
      if (c->host[end] == node) {
        c->silent = c->silent || silent;
        hang_up(c, end, "connection closed");
      }
}

ConnectionId SimNetwork::dial(NodeId from, const std::string& endpoint) {
  NodeId to = 0;
  std::from_chars(endpoint.data() + kScheme.size(), endpoint.data() + endpoint.size(), to);
  const auto c = std::make_shared<Connection>();
  c->number = next_++;
  c->host[0] = from;
  c->host[1] = to;
  for (int end : {0, 1}) c->pipes.emplace_back(seed_, id_of(*c, end));
  connections_[c->number] = c;
  put(c, 0, {Item::Kind::dial, {}, {}, {}, {}, {}});
  return id_of(*c, 0);
}

std::pair<SimNetwork::Shared, int> SimNetwork::find(ConnectionId id) const {
  const auto found = connections_.find(id / 2);
  return {found == connections_.end() ? nullptr : found->second, static_cast<int>(id % 2)};
}

void SimNetwork::close(ConnectionId connection) {
  const auto [c, end] = find(connection);
  if (c) hang_up(c, end, "connection closed");
}

// One end goes: what has not left is lost, then the other end hears of it, if it can.
void SimNetwork::hang_up(const Shared& c, int end, const std::string& reason) {
  if (std::exchange(c->end[end], End::closed) == End::closed) return;
  drop_unsent(c->pipes[static_cast<std::size_t>(end)]);
  if (!c->silent && c->end[1 - end] != End::closed)
    put(c, end, {Item::Kind::end, {}, {}, {}, {}, reason});
  if (c->end[1 - end] == End::closed) connections_.erase(c->number);
}

void SimNetwork::drop_unsent(Pipe& pipe) {
  // The first has an event waiting for it: it arrives, or is overtaken by nobody.
  while (pipe.items.size() > 1 && pipe.items.back().leaves > events_.now()) {
    pipe.last = pipe.items[pipe.items.size() - 2].arrives;
    pipe.items.pop_back();
  }
  pipe.free = std::min(pipe.free, events_.now());
}

bool SimNetwork::send(ConnectionId connection, std::span<const std::byte> head,
                      const SharedBytes* payload) {
  const auto [c, end] = find(connection);
  if (!c || c->end[end] != End::open) return false;
  watch_.sent(c->host[end], c->host[1 - end], head);
  Item item;
  item.head.assign(head.begin(), head.end());
  if (payload) item.payload = *payload;
  put(c, end, std::move(item));
  return true;
}

void SimNetwork::put(const Shared& c, int from, Item item) {
  Pipe& pipe = c->pipes[static_cast<std::size_t>(from)];
  const std::size_t bytes = item.head.size() + (item.payload ? item.payload->size : 0);
  item.leaves = std::max(events_.now(), pipe.free);
  pipe.free = item.leaves + seconds_of(static_cast<double>(bytes) / model_.bandwidth);
  item.arrives = std::max(pipe.last, pipe.free + model_.draw(pipe.stream, pipe.lost));
  pipe.last = item.arrives;
  pipe.items.push_back(std::move(item));
  counts_.most_queued = std::max(counts_.most_queued, pipe.items.size());
  if (pipe.items.size() == 1) schedule(c, from);
}

void SimNetwork::schedule(const Shared& c, int from) {
  events_.at(c->pipes[static_cast<std::size_t>(from)].items.front().arrives,
             [this, c, from] { arrive(c, from); });
}

void SimNetwork::arrive(const Shared& c, int from) {
  Pipe& pipe = c->pipes[static_cast<std::size_t>(from)];
  // Lost with its connection, or another event waits for it.
  if (pipe.items.empty() || pipe.items.front().arrives > events_.now()) return;
  const auto blocked = blocked_.find({c->host[from], c->host[1 - from]});
  if (blocked != blocked_.end() && blocked->second > events_.now()) {
    pipe.items.front().arrives = blocked->second + model_.draw(pipe.stream, pipe.lost);
    return schedule(c, from);
  }
  Item item = std::move(pipe.items.front());
  pipe.items.pop_front();
  if (!pipe.items.empty()) schedule(c, from);
  take_in(c, from, std::move(item));
}

void SimNetwork::take_in(const Shared& c, int from, Item item) {
  const int to = 1 - from;
  if (item.kind == Item::Kind::dial) return take_dial(c);
  if (c->end[to] == End::closed) return;
  if (item.kind == Item::Kind::end) return end_of(c, to, item.reason);
  if (item.kind == Item::Kind::frame) return take_frame(c, to, std::move(item));
  c->end[to] = End::open;
  trace_.record(events_.now(), "opened", c->host[to], c->host[from]);
  hosts_[c->host[to]].transport->arrived(
      {SimTransport::Arrival::Kind::opened, id_of(*c, to), nullptr, nullptr, {}});
}

void SimNetwork::take_dial(const Shared& c) {
  Host& host = hosts_[c->host[1]];
  if (c->end[0] == End::closed || c->end[1] == End::closed || host.dark)
    return;  // nobody answers; the dialler's clock tells
  if (!host.transport || host.refuses_until > events_.now()) {
    c->end[1] = End::closed;
    return put(c, 1, {Item::Kind::end, {}, {}, {}, {}, "connection refused"});
  }
  if (host.transport->frozen_until() > events_.now()) {  // the kernel accepts, the process does not
    events_.at(host.transport->frozen_until(), [this, c] { take_dial(c); });
    return;
  }
  c->end[1] = End::open;
  put(c, 1, {Item::Kind::opened, {}, {}, {}, {}, {}});
}

void SimNetwork::end_of(const Shared& c, int end, const std::string& reason) {
  const End before = std::exchange(c->end[end], End::closed);
  if (before == End::closed) return;
  c->pipes[static_cast<std::size_t>(end)].items.clear();
  trace_.record(events_.now(), "closed: " + reason, c->host[end], c->host[1 - end]);
  SimTransport* const transport = hosts_[c->host[end]].transport;
  if (transport && (before == End::open || end == 0))
    transport->arrived(
        {SimTransport::Arrival::Kind::closed, id_of(*c, end), nullptr, nullptr, reason});
  if (c->end[1 - end] == End::closed) connections_.erase(c->number);
}

void SimNetwork::take_frame(const Shared& c, int to, Item item) {
  SimTransport::Arrival arrival;
  arrival.connection = id_of(*c, to);
  auto head = std::move(item.head);
  std::vector<std::byte> payload;
  if (item.payload) payload.assign(item.payload->data, item.payload->data + item.payload->size);
  int copies = 1;
  const auto due = damage_.find({c->host[1 - to], c->host[to]});
  if (due != damage_.end() && due->second.frames > 0 && head.size() + payload.size() > 64) {
    --due->second.frames;
    ++(due->second.how == Damage::doubled ? counts_.doubled : counts_.damaged);
    auto& part = payload.empty() ? head : payload;
    RandomStream& stream = c->pipes[static_cast<std::size_t>(1 - to)].stream;
    if (due->second.how == Damage::flipped)
      part[stream.below(part.size())] ^= std::byte(1u << stream.below(8));
    if (due->second.how == Damage::truncated) part.resize(stream.below(part.size()));
    if (due->second.how == Damage::doubled) copies = 2;
    trace_.record(events_.now(), "a damaged frame", c->host[to], c->host[1 - to]);
  }
  if (counts_.damaged == 0) watch_.arrived(c->host[1 - to], c->host[to], head);
  counts_.bytes += head.size() + payload.size();
  const auto shared = [](std::vector<std::byte> bytes) {
    return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  };
  arrival.head = shared(std::move(head));
  if (!payload.empty()) arrival.payload = shared(std::move(payload));
  trace_.record(events_.now(), "frame", c->host[to], c->host[1 - to], *arrival.head);
  for (; copies > 0; --copies) {
    ++counts_.frames;
    hosts_[c->host[to]].transport->arrived(arrival);
  }
}

// --- what may befall connections
void SimNetwork::cut(NodeId a, NodeId b) {
  const auto all = connections_;
  for (const auto& [number, c] : all) {
    if (std::minmax(c->host[0], c->host[1]) != std::minmax(a, b)) continue;
    ++counts_.resets;
    for (int end : {0, 1}) c->pipes[static_cast<std::size_t>(end)].items.clear();
    for (int end : {0, 1}) end_of(c, end, "connection reset");
  }
}

void SimNetwork::half_open(NodeId a, NodeId b) {
  const auto all = connections_;
  for (const auto& [number, c] : all) {
    if (std::minmax(c->host[0], c->host[1]) != std::minmax(a, b)) continue;
    ++counts_.resets;
    c->silent = true;
    end_of(c, c->host[0] == a ? 0 : 1, "connection reset");
  }
}

void SimNetwork::block(NodeId from, NodeId to, Instant until) {
  Instant& now = blocked_[{from, to}];
  now = std::max(now, until);
}

void SimNetwork::refuse(NodeId to, Instant until) {
  hosts_[to].refuses_until = std::max(hosts_[to].refuses_until, until);
}

void SimNetwork::damage(NodeId from, NodeId to, Damage how, int frames) {
  damage_[{from, to}] = {how, frames};
}

}  // namespace starling
