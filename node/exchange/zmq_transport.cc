#include "node/exchange/zmq_transport.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/exchange/zmq_accepted.h"
#include "node/exchange/zmq_socket.h"

namespace starling {
namespace {

constexpr int kBatch = 256;         // messages read from one socket before the others have their turn
constexpr int kPollsWithoutLook = 16;  // polls that found messages before descriptors are looked at
constexpr int kContextSockets = 16384;  // three for each dialled connection

constexpr int kRouterEvents = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED;
constexpr int kDealerEvents = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
                              ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED |
                              ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                              ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                              ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

std::string monitor_address() {
  static std::atomic<std::uint64_t> count = 0;
  return "inproc://starling-monitor-" + std::to_string(count.fetch_add(1));
}

bool is_ipv6(const std::string& endpoint) { return endpoint.find('[') != std::string::npos; }

Instant steady_now() {
  return std::chrono::duration_cast<Instant>(std::chrono::steady_clock::now().time_since_epoch());
}

enum class Reading { nothing, message, malformed };

// One whole message; what is neither one nor two parts is read to its end and thrown away.
Reading read_parts(zmq::socket_t& socket, zmq::message_t& head, zmq::message_t& payload) {
  if (!receive_part(socket, head)) return Reading::nothing;
  if (!head.more()) {
    payload.rebuild();
    return Reading::message;
  }
  bool more = receive_part(socket, payload) && payload.more();
  if (!more) return Reading::message;
  while (more) more = receive_part(socket, payload) && payload.more();
  return Reading::malformed;
}

}  // namespace

// Waits with its own poll() on the descriptors libzmq gives out (ZMQ_FD), one system call for all
// sockets. They are edge-triggered: a socket is `pending` from the moment its descriptor was readable
// *or something was sent on it* (sending may swallow the signal) until a receive found nothing.
class ZmqTransport::Impl {
 public:
  Impl(const std::string& listen, const ZmqOptions& options)
      : options_(options), context_(options.io_threads, kContextSockets) {
    wake_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd_ < 0) throw TransportError("cannot make an eventfd: too many open files");
    try {
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

  void wake() const {
    const std::uint64_t one = 1;
    // Full means that a wake-up is on its way already.
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
  }

  const std::string& bound_endpoint() const {
    static const std::string kNowhere;
    return listener_ ? listener_->bound : kNowhere;
  }
  const ZmqCounters& counters() {
    if (listener_) counters_.refused_connections = listener_->accepted.num_refused();
    return counters_;
  }

 private:
  struct Listener {
    Listener(zmq::context_t& context, const ZmqOptions& options, const std::string& endpoint)
        : socket(make_router(context, options, is_ipv6(endpoint))),
          monitor(context, socket, monitor_address(), kRouterEvents),
          accepted(monitor, options.max_accepted),
          bound(listen_on(socket, endpoint)) {}

    zmq::socket_t socket;
    Monitor monitor;
    AcceptedConnections accepted;
    std::string bound;
    bool pending = true;
  };

  struct Dial {
    ConnectionId id = 0;
    zmq::socket_t socket;
    std::optional<Monitor> monitor;
    Instant deadline{};
    bool open = false;
    bool pending = true;
    bool retired = false;               // closed by us or reported: nothing of it is delivered
    std::optional<std::string> ending;  // why it closed; reported when its last frames were read
  };

  void connect(Dial& dial, const std::string& endpoint);
  void retire(Dial& dial);
  void rebuild_items();
  bool read_pending(TransportEvents& events);
  bool read_listener(TransportEvents& events);
  bool read_dial(Dial& dial, TransportEvents& events);
  void read_dial_monitor(Dial& dial, TransportEvents& events);
  void on_dial_event(Dial& dial, const MonitorEvent& event, TransportEvents& events);
  void deliver(ConnectionId connection, TransportEvents& events);
  bool anything_pending() const;
  Instant next_deadline() const;
  bool wait(Instant timeout);
  void take_signals(TransportEvents& events);
  void expire(TransportEvents& events);
  bool sent(SendResult result);

  ZmqOptions options_;
  ZmqCounters counters_;
  zmq::context_t context_;
  int wake_fd_ = -1;
  std::optional<Listener> listener_;
  ConnectionId next_id_ = 1;
  std::unordered_map<ConnectionId, std::unique_ptr<Dial>> dials_;
  std::vector<std::unique_ptr<Dial>> retired_;  // kept to the next poll: a callback may retire its own
  std::size_t num_connecting_ = 0;

  // items_: wake, router, its monitor, then dealer and monitor of each of polled_.
  static constexpr std::size_t kFirstDial = 3;
  std::vector<pollfd> items_;
  std::vector<Dial*> polled_;
  bool items_stale_ = true;
  int polls_without_look_ = 0;
  zmq::message_t head_, payload_;
};

ConnectionId ZmqTransport::Impl::dial(const std::string& endpoint) {
  auto dial = std::make_unique<Dial>();
  dial->id = next_id_++;
  dial->deadline = steady_now() + options_.connect_timeout + options_.handshake_timeout;
  connect(*dial, endpoint);
  const ConnectionId id = dial->id;
  dials_.emplace(id, std::move(dial));
  ++num_connecting_;
  items_stale_ = true;
  return id;
}

void ZmqTransport::Impl::connect(Dial& dial, const std::string& endpoint) {
  try {
    dial.socket = make_dealer(context_, options_, is_ipv6(endpoint));
    dial.monitor.emplace(context_, dial.socket, monitor_address(), kDealerEvents);
    dial.socket.connect(endpoint);
  } catch (const zmq::error_t& error) {
    const int cause = error.num();
    if (cause == EINVAL || cause == EPROTONOSUPPORT || cause == ENOCOMPATPROTO)
      throw TransportError("cannot dial \"" + endpoint + "\": " + error.what());
    dial.ending = std::string("cannot dial: ") + error.what();
  }
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
void ZmqTransport::Impl::retire(Dial& dial) {
  const auto found = dials_.find(dial.id);
  if (found == dials_.end()) return;
  if (!dial.open) --num_connecting_;
  dial.retired = true;
  dial.monitor.reset();
  dial.socket.close();
  retired_.push_back(std::move(found->second));
  dials_.erase(found);
  items_stale_ = true;
}

bool ZmqTransport::Impl::sent(SendResult result) {
  if (result == SendResult::full) ++counters_.full_pipes;
  return result == SendResult::sent;
}

bool ZmqTransport::Impl::send(ConnectionId connection, std::span<const std::byte> head,
                              const SharedBytes* payload) {
  zmq::socket_t* socket = nullptr;
  if (AcceptedConnections::is_accepted(connection)) {
    if (!listener_ || !listener_->accepted.is_open(connection)) return false;
    socket = &listener_->socket;
    listener_->pending = true;
    zmq::message_t routing_id = AcceptedConnections::routing_id_of(connection);
    if (!sent(send_part(*socket, routing_id, true))) return false;
  } else {
    const auto found = dials_.find(connection);
    if (found == dials_.end() || !found->second->open || found->second->ending) return false;
    socket = &found->second->socket;
    found->second->pending = true;
  }
  const bool two_parts = payload != nullptr && payload->size > 0;
  zmq::message_t first = copied(head);
  if (!sent(send_part(*socket, first, two_parts))) return false;
  if (!two_parts) return true;
  zmq::message_t second = shared(*payload);
  return sent(send_part(*socket, second, false));
}

void ZmqTransport::Impl::poll(Instant timeout, TransportEvents& events) {
  retired_.clear();
  if (items_stale_) rebuild_items();
  const bool delivered = read_pending(events);
  if (delivered && ++polls_without_look_ < kPollsWithoutLook) return;
  polls_without_look_ = 0;
  if (delivered || anything_pending()) timeout = Instant{0};
  if (num_connecting_ > 0) timeout = std::min(timeout, next_deadline() - steady_now());
  if (wait(std::max(timeout, Instant{0}))) {
    take_signals(events);
    read_pending(events);
  }
  if (num_connecting_ > 0) expire(events);
}

void ZmqTransport::Impl::rebuild_items() {
  items_.clear();
  polled_.clear();
  const auto add = [&](int fd) { items_.push_back({fd, POLLIN, 0}); };  // poll() skips -1
  add(wake_fd_);
  add(listener_ ? fd_of(listener_->socket) : -1);
  add(listener_ ? listener_->monitor.fd() : -1);
  for (const auto& [id, dial] : dials_) {
    polled_.push_back(dial.get());
    add(dial->socket.handle() != nullptr ? fd_of(dial->socket) : -1);
    add(dial->monitor ? dial->monitor->fd() : -1);
    dial->pending = true;  // asking for the descriptor may have taken its signal
  }
  if (listener_) listener_->pending = true;
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
  for (std::size_t i = 0; i < polled_.size(); ++i) {
    Dial& dial = *polled_[i];
    if (signalled(kFirstDial + 2 * i)) dial.pending = true;
    if (signalled(kFirstDial + 2 * i + 1)) read_dial_monitor(dial, events);
  }
}

bool ZmqTransport::Impl::anything_pending() const {
  if (items_stale_ || (listener_ && (listener_->pending || listener_->accepted.any_closed())))
    return true;
  return std::ranges::any_of(polled_, [](const Dial* dial) { return dial->pending; });
}

bool ZmqTransport::Impl::read_pending(TransportEvents& events) {
  bool delivered = false;
  if (listener_ && (listener_->pending || listener_->accepted.any_closed()))
    delivered = read_listener(events);
  for (Dial* const dial : polled_)
    if (dial->pending && !dial->retired) delivered = read_dial(*dial, events) || delivered;
  return delivered;
}

void ZmqTransport::Impl::deliver(ConnectionId connection, TransportEvents& events) {
  ReceivedBytes head = keep(head_);
  ReceivedBytes payload;
  if (payload_.size() > 0) payload = keep(payload_);
  events.received(connection, std::move(head), std::move(payload));
}

bool ZmqTransport::Impl::read_listener(TransportEvents& events) {
  AcceptedConnections& accepted = listener_->accepted;
  bool delivered = false;
  listener_->pending = true;
  for (int i = 0; i < kBatch; ++i) {
    if (!receive_part(listener_->socket, head_)) {
      listener_->pending = false;
      break;
    }
    const auto key = AcceptedConnections::key_of({head_.data<std::byte>(), head_.size()});
    const Reading reading = read_parts(listener_->socket, head_, payload_);
    delivered = true;
    if (!key || reading != Reading::message)
      ++counters_.malformed_messages;
    else if (!accepted.admit(*key, head_))
      ++counters_.late_messages;
    else
      deliver(AcceptedConnections::connection_of(*key), events);
  }
  if (listener_->pending || !accepted.any_closed()) return delivered;
  for (const auto& [connection, reason] : accepted.take_closed())
    events.closed(connection, reason);
  return true;
}

bool ZmqTransport::Impl::read_dial(Dial& dial, TransportEvents& events) {
  bool delivered = false;
  for (int i = 0; i < kBatch && dial.socket.handle() != nullptr; ++i) {
    // Sending inside received() may swallow a signal: pending until a receive finds nothing.
    dial.pending = true;
    const Reading reading = read_parts(dial.socket, head_, payload_);
    if (reading == Reading::nothing) {
      dial.pending = false;
      break;
    }
    delivered = true;
    if (!dial.open) read_dial_monitor(dial, events);
    if (dial.retired) return true;
    if (reading == Reading::malformed)
      ++counters_.malformed_messages;
    else
      deliver(dial.id, events);
    if (dial.retired) return true;
  }
  if (!dial.ending || (dial.pending && dial.socket.handle() != nullptr)) return delivered;
  const std::string reason = *dial.ending;
  retire(dial);
  events.closed(dial.id, reason);
  return true;
}

void ZmqTransport::Impl::read_dial_monitor(Dial& dial, TransportEvents& events) {
  while (dial.monitor) {
    const auto event = dial.monitor->next();
    if (!event) return;
    on_dial_event(dial, *event, events);
  }
}

void ZmqTransport::Impl::on_dial_event(Dial& dial, const MonitorEvent& event,
                                       TransportEvents& events) {
  if (dial.ending || dial.retired) return;
  switch (event.kind) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      dial.open = true;
      --num_connecting_;
      events.opened(dial.id);
      return;
    case ZMQ_EVENT_DISCONNECTED:
      dial.ending = "connection closed by the other side";
      break;
    case ZMQ_EVENT_CLOSED:
    case ZMQ_EVENT_CONNECT_RETRIED:
      // libzmq does not say which of the two it was.
      dial.ending = "connection refused or unreachable";
      break;
    default:
      dial.ending = describe_handshake_failure(event);
  }
  dial.pending = true;
}

Instant ZmqTransport::Impl::next_deadline() const {
  Instant first = Instant::max();
  for (const auto& [id, dial] : dials_)
    if (!dial->open) first = std::min(first, dial->deadline);
  return first;
}

// A name that cannot be resolved, among others, is no event of libzmq's: the clock tells.
void ZmqTransport::Impl::expire(TransportEvents& events) {
  const Instant now = steady_now();
  for (Dial* const dial : polled_) {
    if (dial->open || dial->retired || now < dial->deadline) continue;
    retire(*dial);
    events.closed(dial->id, "no connection within the time allowed");
  }
}

ZmqTransport::ZmqTransport(const std::string& listen, const ZmqOptions& options)
    : impl_(std::make_unique<Impl>(listen, options)) {}
ZmqTransport::~ZmqTransport() = default;

const std::string& ZmqTransport::bound_endpoint() const { return impl_->bound_endpoint(); }
const ZmqCounters& ZmqTransport::counters() const { return impl_->counters(); }
Instant ZmqTransport::now() const { return steady_now(); }
ConnectionId ZmqTransport::dial(const std::string& endpoint) { return impl_->dial(endpoint); }
void ZmqTransport::close(ConnectionId connection) { impl_->close(connection); }
bool ZmqTransport::send(ConnectionId connection, std::span<const std::byte> head,
                        const SharedBytes* payload) {
  return impl_->send(connection, head, payload);
}
void ZmqTransport::poll(Instant timeout, TransportEvents& events) { impl_->poll(timeout, events); }
void ZmqTransport::wake() { impl_->wake(); }

}  // namespace starling
