#include "node/exchange/zmq_transport.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/exchange/zmq_accepted.h"
#include "node/exchange/zmq_dialled.h"
#include "node/exchange/zmq_gatekeeper.h"
#include "node/exchange/zmq_socket.h"

namespace starling {
namespace {

constexpr int kPollsWithoutLook = 16;   // polls fed by what was pending before one looks around
constexpr int kContextSockets = 16384;  // three for each dialled connection
constexpr Instant kAuditEvery = std::chrono::milliseconds(50);
constexpr int kListenerEvents = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED |
                                ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                                ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;

Instant steady_now() {
  return std::chrono::duration_cast<Instant>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

// Waits with its own poll() on the descriptors libzmq gives out (ZMQ_FD), one system call for all
// sockets. They are edge-triggered: a socket is `pending` from the moment its descriptor was
// readable *or something was sent on it* (that may swallow the signal) until nothing was received.
class ZmqTransport::Impl {
 public:
  Impl(const std::string& listen, const ZmqOptions& options)
      : options_(options), context_(options.io_threads, kContextSockets) {
    wake_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd_ < 0) throw TransportError("cannot make an eventfd: too many open files");
    try {
      if (options_.keys) gatekeeper_.emplace(context_, *options_.keys);
      if (!listen.empty()) listener_.emplace(context_, options_, listen);
    } catch (...) {
      ::close(wake_fd_);
      throw;
    }
  }
  ~Impl() { ::close(wake_fd_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ConnectionId dial(const std::string& endpoint);
  void close(ConnectionId connection);
  bool send(ConnectionId connection, std::span<const std::byte> head, const SharedBytes* payload);
  void poll(Instant timeout, TransportEvents& events);
  bool speaks_for(ConnectionId connection, std::uint32_t node) const;
  void use_keys(const KeyBook& book);
  void trust(ConnectionId connection) {
    if (listener_ && AcceptedConnections::is_accepted(connection))
      listener_->accepted.trust(connection);
  }

  void wake() const {
    const std::uint64_t one = 1;
    // Full means that a wake-up is on its way already.
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
  }

  const std::string& bound_endpoint() const {
    static const std::string kNowhere;
    return listener_ ? listener_->bound : kNowhere;
  }
  ZmqCounters counters() const {
    ZmqCounters all = counters_;
    if (listener_) listener_->accepted.count(all);
    if (gatekeeper_) all.unknown_keys += gatekeeper_->num_refused();
    return all;
  }

 private:
  struct Listener {
    Listener(zmq::context_t& context, const ZmqOptions& options, const std::string& endpoint)
        : socket(make_router(context, options, is_ipv6(endpoint))),
          monitor(context, socket, kListenerEvents),
          accepted(monitor, options),
          bound(listen_on(socket, endpoint)) {}
    bool to_read() const { return pending || accepted.any_closed(); }

    zmq::socket_t socket;
    Monitor monitor;
    AcceptedConnections accepted;
    std::string bound;
    bool pending = true;
  };

  std::string server_key_at(const std::string& endpoint);
  void retire(DialledConnection& dialled);
  void rebuild_items();
  bool read_pending(TransportEvents& events);
  bool read_listener(TransportEvents& events);
  bool anything_pending() const;
  bool wait(Instant timeout);
  void take_signals(TransportEvents& events);
  void audit(Instant now);
  Instant next_deadline() const;
  void expire(Instant now, TransportEvents& events);

  ZmqOptions options_;
  ZmqCounters counters_;
  zmq::context_t context_;
  int wake_fd_ = -1;
  std::optional<Gatekeeper> gatekeeper_;  // before the listener, who needs it
  std::optional<Listener> listener_;
  std::map<std::uint32_t, std::size_t> failed_dials_;  // by node: whose turn among its keys it is
  ConnectionId next_id_ = 1;
  std::unordered_map<ConnectionId, std::unique_ptr<DialledConnection>> dials_;
  std::vector<std::unique_ptr<DialledConnection>> retired_;  // see retire()

  // items_: wake, router, its monitor, gatekeeper, then dealer and monitor of each of polled_.
  static constexpr std::size_t kFirstDial = 4;
  std::vector<pollfd> items_;
  std::vector<DialledConnection*> polled_;
  bool items_stale_ = true;
  int polls_without_look_ = 0;
  Instant last_audit_{};
  zmq::message_t head_, payload_;
};

ConnectionId ZmqTransport::Impl::dial(const std::string& endpoint) {
  const Instant deadline = steady_now() + options_.connect_timeout + options_.handshake_timeout;
  const ConnectionId id = next_id_++;
  dials_.emplace(id, std::make_unique<DialledConnection>(id, context_, options_, endpoint,
                                                         server_key_at(endpoint), deadline));
  items_stale_ = true;
  return id;
}

std::string ZmqTransport::Impl::server_key_at(const std::string& endpoint) {
  if (!options_.keys) return {};
  const KeyBook::Entry* const entry = options_.keys->at(endpoint);
  if (!entry || entry->public_keys.empty())
    throw TransportError("cannot dial \"" + endpoint + "\": the address book has no key for it");
  return entry->public_keys[failed_dials_[entry->node] % entry->public_keys.size()];
}

void ZmqTransport::Impl::close(ConnectionId connection) {
  if (AcceptedConnections::is_accepted(connection)) {
    if (listener_) listener_->accepted.close(connection);
    return;
  }
  const auto found = dials_.find(connection);
  if (found != dials_.end()) retire(*found->second);
}

// Its sockets close at once; the object stays until the next poll, whose loops may stand on it.
void ZmqTransport::Impl::retire(DialledConnection& dialled) {
  if (options_.keys && !dialled.is_open())
    if (const KeyBook::Entry* const entry = options_.keys->owner_of(dialled.server_key()))
      ++failed_dials_[entry->node];
  dialled.close();
  const auto found = dials_.find(dialled.id());
  retired_.push_back(std::move(found->second));
  dials_.erase(found);
  items_stale_ = true;
}

bool ZmqTransport::Impl::send(ConnectionId connection, std::span<const std::byte> head,
                              const SharedBytes* payload) {
  SendResult result = SendResult::unreachable;
  if (AcceptedConnections::is_accepted(connection)) {
    if (!listener_ || !listener_->accepted.is_open(connection)) return false;
    listener_->pending = true;
    zmq::message_t routing_id = AcceptedConnections::routing_id_of(connection);
    result = send_part(listener_->socket, routing_id, true);
    if (result == SendResult::sent) result = send_frame(listener_->socket, head, payload);
  } else if (const auto found = dials_.find(connection); found != dials_.end()) {
    result = found->second->send(head, payload);
  }
  if (result == SendResult::full) ++counters_.full_pipes;
  return result == SendResult::sent;
}

void ZmqTransport::Impl::poll(Instant timeout, TransportEvents& events) {
  retired_.clear();
  if (items_stale_) rebuild_items();
  const Instant now = steady_now();
  audit(now);
  const bool delivered = read_pending(events);
  if (delivered && ++polls_without_look_ < kPollsWithoutLook) return;
  polls_without_look_ = 0;
  if (delivered || anything_pending()) timeout = Instant{0};
  if (wait(std::clamp(timeout, Instant{0}, std::max(next_deadline() - now, Instant{0})))) {
    take_signals(events);
    read_pending(events);
  }
  expire(now, events);
}

void ZmqTransport::Impl::rebuild_items() {
  items_.clear();
  polled_.clear();
  const auto add = [&](int fd) { items_.push_back({fd, POLLIN, 0}); };  // poll() skips -1
  add(wake_fd_);
  add(listener_ ? fd_of(listener_->socket) : -1);
  add(listener_ ? listener_->monitor.fd() : -1);
  add(gatekeeper_ ? gatekeeper_->fd() : -1);
  for (const auto& [id, dialled] : dials_) {
    polled_.push_back(dialled.get());
    add(dialled->socket_fd());
    add(dialled->monitor_fd());
  }
  items_stale_ = false;
}

bool ZmqTransport::Impl::wait(Instant timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timespec limit{.tv_sec = static_cast<time_t>(seconds.count()),
                       .tv_nsec = static_cast<long>((timeout - seconds).count())};
  const int ready = ::ppoll(items_.data(), items_.size(), &limit, nullptr);
  if (ready < 0 && errno != EINTR && errno != ENOMEM)
    throw TransportError(std::string("poll: ") + zmq_strerror(errno));
  return ready > 0;
}

// Monitors come before data, so that a connection is known to be open before its first frame.
void ZmqTransport::Impl::take_signals(TransportEvents& events) {
  const auto signalled = [&](std::size_t item) { return items_[item].revents != 0; };
  if (signalled(0)) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(wake_fd_, &count, sizeof count);
  }
  if (signalled(1)) listener_->pending = true;
  if (signalled(2)) listener_->accepted.update();
  if (signalled(3)) gatekeeper_->answer();
  for (std::size_t i = 0; i < polled_.size(); ++i) {
    if (signalled(kFirstDial + 2 * i)) polled_[i]->socket_signalled();
    if (signalled(kFirstDial + 2 * i + 1)) polled_[i]->monitor_signalled(events);
  }
}

bool ZmqTransport::Impl::anything_pending() const {
  if (items_stale_ || (listener_ && listener_->to_read())) return true;
  return std::ranges::any_of(polled_, [](const auto* dialled) { return dialled->pending(); });
}

bool ZmqTransport::Impl::read_pending(TransportEvents& events) {
  bool delivered = listener_ && listener_->to_read() && read_listener(events);
  for (DialledConnection* const dialled : polled_) {
    if (dialled->is_closed() || !dialled->pending()) continue;
    delivered = dialled->read(events, counters_) || delivered;
    if (dialled->is_closed() || dialled->ending() == nullptr) continue;
    retire(*dialled);
    events.closed(dialled->id(), *dialled->ending());
    delivered = true;
  }
  return delivered;
}

bool ZmqTransport::Impl::read_listener(TransportEvents& events) {
  AcceptedConnections& accepted = listener_->accepted;
  bool delivered = false;
  for (int i = 0; i < kReadBatch; ++i) {
    // Sending inside received() may swallow a signal: pending until a receive finds nothing.
    listener_->pending = true;
    if (!receive_part(listener_->socket, head_)) {
      listener_->pending = false;
      break;
    }
    const auto key = AcceptedConnections::key_of({head_.data<std::byte>(), head_.size()});
    const Reading reading = read_message(listener_->socket, head_, payload_);
    delivered = true;
    if (!key || reading != Reading::message)
      ++counters_.malformed_messages;
    else if (!accepted.admit(*key, head_))
      ++counters_.late_messages;
    else
      deliver(AcceptedConnections::connection_of(*key), head_, payload_, events);
  }
  if (listener_->pending) return delivered;
  // Taken before anything looks at the monitor again: what it then finds may have frames to read.
  const auto closed = accepted.take_closed();
  accepted.judge();
  for (const auto& [connection, reason] : closed) {
    events.closed(connection, reason);
    delivered = true;
  }
  return delivered;
}

void ZmqTransport::Impl::audit(Instant now) {
  if (now - last_audit_ < kAuditEvery) return;
  last_audit_ = now;
  if (listener_) {
    listener_->accepted.audit(now);
    listener_->pending = true;
  }
  for (DialledConnection* const dialled : polled_) dialled->audit();
}

bool ZmqTransport::Impl::speaks_for(ConnectionId connection, std::uint32_t node) const {
  if (!options_.keys) return true;
  std::string key;
  if (AcceptedConnections::is_accepted(connection)) {
    if (listener_) key = listener_->accepted.key_proven_by(connection);
  } else if (const auto found = dials_.find(connection);
             found != dials_.end() && found->second->is_open()) {
    key = found->second->server_key();
  }
  const KeyBook::Entry* const owner = options_.keys->owner_of(key);
  return owner && owner->node == node;
}

void ZmqTransport::Impl::use_keys(const KeyBook& book) {
  options_.keys->nodes = book.nodes;
  gatekeeper_->use(book);
  const auto allowed = [&](const std::string& key) { return book.owner_of(key) != nullptr; };
  if (listener_) listener_->accepted.expel(allowed);
  for (const auto& [id, dialled] : dials_)
    if (!allowed(dialled->server_key())) dialled->end("its key is no longer in the address book");
}

Instant ZmqTransport::Impl::next_deadline() const {
  Instant first = Instant::max();
  for (const DialledConnection* const dialled : polled_)
    if (!dialled->is_open()) first = std::min(first, dialled->deadline());
  return first;
}

// A name that cannot be resolved, among others, may be no event of libzmq's: the clock tells.
void ZmqTransport::Impl::expire(Instant now, TransportEvents& events) {
  for (DialledConnection* const dialled : polled_) {
    if (dialled->is_open() || dialled->is_closed() || now < dialled->deadline()) continue;
    retire(*dialled);
    events.closed(dialled->id(), "no connection within the time allowed");
  }
}

std::string zmq_version() {
  const auto [major, minor, patch] = zmq::version();
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

ZmqTransport::ZmqTransport(const std::string& listen, const ZmqOptions& options)
    : impl_(std::make_unique<Impl>(listen, options)) {}
ZmqTransport::~ZmqTransport() = default;

const std::string& ZmqTransport::bound_endpoint() const { return impl_->bound_endpoint(); }
ZmqCounters ZmqTransport::counters() const { return impl_->counters(); }
Instant ZmqTransport::now() const { return steady_now(); }
ConnectionId ZmqTransport::dial(const std::string& endpoint) { return impl_->dial(endpoint); }
void ZmqTransport::close(ConnectionId connection) { impl_->close(connection); }
void ZmqTransport::use_keys(const KeyBook& book) { impl_->use_keys(book); }
bool ZmqTransport::speaks_for(ConnectionId connection, std::uint32_t node) const {
  return impl_->speaks_for(connection, node);
}
void ZmqTransport::trust(ConnectionId connection) { impl_->trust(connection); }
bool ZmqTransport::send(ConnectionId connection, std::span<const std::byte> head,
                        const SharedBytes* payload) {
  return impl_->send(connection, head, payload);
}
void ZmqTransport::poll(Instant timeout, TransportEvents& events) { impl_->poll(timeout, events); }
void ZmqTransport::wake() { impl_->wake(); }

}  // namespace starling
