#include "node/exchange/zmq_accepted.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace starling {
namespace {

constexpr std::size_t kRoutingIdBytes = 5;

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
  if (event.kind == ZMQ_EVENT_ACCEPTED) {
    sockets_[fd] = Socket{.birth = ++births_, .key = std::nullopt, .inflow = {}};
    if (sockets_.size() > limit_) {
      excess_.push_back(fd);
      ++num_refused_;
    }
  } else if (event.kind == ZMQ_EVENT_DISCONNECTED) {
    const auto found = sockets_.find(fd);
    if (found == sockets_.end()) return;
    const auto key = found->second.key;
    sockets_.erase(found);
    if (key) lose(*key);
  }
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
    if (fd < 0) known_.emplace(key, Connection{});
    return fd < 0;
  }
  // A descriptor taken by another key: what we held for it were the last words of its former user.
  if (found->second.key) lose(*found->second.key);
  found->second.key = key;
  ++found->second.num_messages;
  known_.emplace(key, Connection{fd, false});
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
  const auto [fd, lost] = found->second;
  forget(key);
  if (fd >= 0 && !lost) shut_down(fd);
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

void AcceptedConnections::audit() {
  update();
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
