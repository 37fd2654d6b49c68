#include "node/exchange/zmq_accepted.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "node/exchange/zmq_gatekeeper.h"

namespace starling {
namespace {

constexpr std::size_t kRoutingIdBytes = 5;
constexpr Instant kAway = std::chrono::seconds(1);  // an audit later than this: nobody was reading

// The descriptor a message came in through, or -1.
int source_of(zmq::message_t& part) { return zmq_msg_get(part.handle(), ZMQ_SRCFD); }

}  // namespace

std::optional<std::uint32_t> AcceptedConnections::key_of(std::span<const std::byte> routing_id) {
  if (routing_id.size() != kRoutingIdBytes || routing_id[0] != std::byte{0}) return std::nullopt;
  std::uint32_t key = 0;
  for (const std::byte byte : routing_id.subspan(1))
    key = key << 8 | std::to_integer<std::uint32_t>(byte);
  return key;
}

zmq::message_t AcceptedConnections::routing_id_of(ConnectionId connection) {
  std::array<std::byte, kRoutingIdBytes> bytes{};
  for (std::size_t i = 1; i < kRoutingIdBytes; ++i)
    bytes[i] = static_cast<std::byte>(connection >> (8 * (kRoutingIdBytes - 1 - i)));
  return copied(bytes);
}

void AcceptedConnections::update() {
  while (const auto event = monitor_.next()) on_event(*event);
  while (!excess_.empty()) {
    const int fd = excess_.back();
    excess_.pop_back();
    shut_down(fd);
  }
}

void AcceptedConnections::on_event(const MonitorEvent& event) {
  const int fd = static_cast<int>(event.value);
  switch (event.kind) {
    case ZMQ_EVENT_ACCEPTED:
      return accept(fd);
    case ZMQ_EVENT_DISCONNECTED:
      return take_socket_away(fd);
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
      ++num_failed_handshakes_;
      return;
    default:
      return;
  }
}

void AcceptedConnections::accept(int fd) {
  const std::uint64_t birth = ++births_;
  sockets_[fd] = Socket{.birth = birth, .key = std::nullopt, .inflow = {}};
  strangers_.emplace(birth, Stranger{fd, now_});
  if (strangers_.size() <= limit_) return;
  excess_.push_back(strangers_.begin()->second.fd);
  strangers_.erase(strangers_.begin());
  ++num_crowded_out_;
}

void AcceptedConnections::take_socket_away(int fd) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return;
  const auto key = found->second.key;
  num_never_trusted_ += strangers_.erase(found->second.birth);
  sockets_.erase(found);
  if (key) lose(*key);
}

bool AcceptedConnections::admit(std::uint32_t key, zmq::message_t& first_part) {
  if (const auto known = known_.find(key); known != known_.end()) {
    // Lost, its descriptor may be another's already; a message too many counted there does no harm.
    const auto socket = sockets_.find(known->second.fd);
    if (socket != sockets_.end()) ++socket->second.num_messages;
    return true;
  }
  if (gone_.contains(key)) return false;
  update();
  const int fd = source_of(first_part);
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) {
    // Without a descriptor nobody will tell us of its end; with one, it has ended already.
    if (fd < 0) known_.emplace(key, Connection{.public_key = proven_key(first_part)});
    return fd < 0;
  }
  // A descriptor taken by another key: what we held for it were the last words of its former user.
  if (found->second.key) lose(*found->second.key);
  found->second.key = key;
  ++found->second.num_messages;
  known_.emplace(key, Connection{fd, false, proven_key(first_part)});
  return true;
}

bool AcceptedConnections::is_open(ConnectionId connection) const {
  if (!is_accepted(connection)) return false;
  const auto found = known_.find(static_cast<std::uint32_t>(connection));
  return found != known_.end() && !found->second.lost;
}

void AcceptedConnections::close(ConnectionId connection) {
  if (!is_accepted(connection)) return;
  const auto key = static_cast<std::uint32_t>(connection);
  const auto found = known_.find(key);
  if (found == known_.end()) return;
  const int fd = found->second.lost ? -1 : found->second.fd;
  forget(key);
  if (fd >= 0) shut_down(fd);
}

void AcceptedConnections::trust(ConnectionId connection) {
  const auto known = known_.find(static_cast<std::uint32_t>(connection));
  if (known == known_.end()) return;
  const auto socket = sockets_.find(known->second.fd);
  if (socket != sockets_.end()) strangers_.erase(socket->second.birth);
}

const std::string& AcceptedConnections::key_proven_by(ConnectionId connection) const {
  static const std::string kNone;
  const auto known = known_.find(static_cast<std::uint32_t>(connection));
  return known == known_.end() ? kNone : known->second.public_key;
}

void AcceptedConnections::expel(const std::function<bool(const std::string&)>& allowed) {
  std::vector<int> expelled;
  for (const auto& [key, connection] : known_)
    if (!connection.lost && !allowed(connection.public_key)) expelled.push_back(connection.fd);
  for (const int fd : expelled) shut_down(fd);
}

// Its last frames are still admitted; take_closed() ends that.
void AcceptedConnections::lose(std::uint32_t key) {
  const auto found = known_.find(key);
  if (found == known_.end() || found->second.lost) return;
  found->second.lost = true;
  closed_.emplace_back(connection_of(key), "connection closed by the other side");
}

void AcceptedConnections::forget(std::uint32_t key) {
  known_.erase(key);
  gone_.insert(key);
  gone_order_.push_back(key);
  if (gone_order_.size() > kRememberedMax) {
    gone_.erase(gone_order_.front());
    gone_order_.pop_front();
  }
}

void AcceptedConnections::audit(Instant now) {
  // Who was not looked at kept nobody waiting.
  const Instant away = now_ > Instant(0) ? now - now_ : Instant(0);
  if (away > kAway)
    for (auto& [birth, stranger] : strangers_) stranger.since += away;
  now_ = now;
  update();
  while (!strangers_.empty() && strangers_.begin()->second.since + patience_ < now) {
    const int fd = strangers_.begin()->second.fd;
    strangers_.erase(strangers_.begin());
    ++num_overdue_;
    shut_down(fd);
  }
  for (auto& [fd, socket] : sockets_) socket.inflow.sample(fd);
  audited_ = true;
}

void AcceptedConnections::judge() {
  if (!audited_) return;
  audited_ = false;
  update();
  std::vector<int> endless;
  for (auto& [fd, socket] : sockets_)
    if (socket.inflow.endless(socket.num_messages, slack_)) endless.push_back(fd);
  for (const int fd : endless) shut_down(fd);
  num_endless_ += endless.size();
}

void AcceptedConnections::count(ZmqCounters& counters) const {
  counters.crowded_out += num_crowded_out_;
  counters.overdue_strangers += num_overdue_;
  counters.never_trusted += num_never_trusted_;
  counters.failed_handshakes += num_failed_handshakes_;
  counters.endless_messages += num_endless_;
}

// The duplicate pins whatever the descriptor means now; if then the monitor knows of no disconnect,
// that is the connection we mean, and libzmq sees an ordinary end of it.
void AcceptedConnections::shut_down(int fd) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return;
  const std::uint64_t birth = found->second.birth;
  const int pinned = ::dup(fd);
  if (pinned < 0) return;
  while (const auto event = monitor_.next()) on_event(*event);
  const auto still = sockets_.find(fd);
  if (still != sockets_.end() && still->second.birth == birth) ::shutdown(pinned, SHUT_RDWR);
  ::close(pinned);
}

std::vector<std::pair<ConnectionId, std::string>> AcceptedConnections::take_closed() {
  std::vector<std::pair<ConnectionId, std::string>> closed;
  closed.swap(closed_);
  // One that was closed here in between has nobody left to tell.
  std::erase_if(closed, [&](const auto& entry) {
    return !known_.contains(static_cast<std::uint32_t>(entry.first));
  });
  for (const auto& [connection, reason] : closed) forget(static_cast<std::uint32_t>(connection));
  return closed;
}

}  // namespace starling
