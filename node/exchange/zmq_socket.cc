#include "node/exchange/zmq_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>

namespace starling {
namespace {

// Below, libzmq leaves a message in its 8 KiB read buffer: at any address, and keeping that alive.
constexpr std::size_t kCopyBelowBytes = 8192;

// 11 days: never comes, and does not overflow when libzmq adds as much at random.
// Not -1: with it libzmq throws away, on a disconnect, what was received and not yet read.
constexpr int kNeverReconnectMs = 1'000'000'000;

int milliseconds(std::chrono::milliseconds duration) { return static_cast<int>(duration.count()); }

zmq::socket_t make_socket(zmq::context_t& context, zmq::socket_type type, const ZmqOptions& options,
                          bool ipv6) {
  zmq::socket_t socket(context, type);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::ipv6, ipv6);
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(options.max_message_bytes));
  socket.set(zmq::sockopt::sndhwm, options.high_water);
  socket.set(zmq::sockopt::rcvhwm, options.high_water);
  socket.set(zmq::sockopt::handshake_ivl, milliseconds(options.handshake_timeout));
  socket.set(zmq::sockopt::heartbeat_ivl, milliseconds(options.heartbeat));
  return socket;
}

std::string describe_protocol_error(std::uint32_t error) {
  if (error == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)
    return "one side is encrypted, the other is not";
  if (error == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC) return "wrong key";
  return "protocol error " + std::to_string(error);
}

bool somebody_listens_at(const std::string& ipc_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (ipc_path.empty() || ipc_path.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(ipc_path, address.sun_path);
  if (ipc_path[0] == '@') address.sun_path[0] = '\0';  // Linux's abstract names
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + ipc_path.size() +
                                             (ipc_path[0] == '@' ? 0 : 1));
  const bool answered = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0;
  ::close(fd);
  return answered;
}

[[noreturn]] void cannot_listen(const std::string& endpoint, int error) {
  throw TransportError("cannot listen on \"" + endpoint + "\": " + zmq_strerror(error));
}

}  // namespace

std::string describe_handshake_failure(const MonitorEvent& event, bool encrypted) {
  const std::string failed = "handshake failed: ";
  switch (event.kind) {
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
      return failed + describe_protocol_error(event.value);
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      return failed + "our public key is not in its address book (status " +
             std::to_string(event.value) + ")";
    default:
      // The errno libzmq hands over is often one of long ago: a cause we cannot trust is not named.
      // A node whose key is another than we think cannot read our first command and hangs up; where
      // only one side is encrypted it is a matter of luck which of the two hangs up first.
      return failed + (encrypted ? "the other side hung up: its key is not the public_key our "
                                   "address book has, it has none, or it does not speak ZeroMQ"
                                 : "the other side hung up, kept silent, wants encryption or does "
                                   "not speak ZeroMQ");
  }
}

Monitor::Monitor(zmq::context_t& context, zmq::socket_t& watched, int kinds)
    : watched_(watched), reader_(context, zmq::socket_type::pair) {
  static std::atomic<std::uint64_t> count = 0;
  const std::string address = "inproc://starling-monitor-" + std::to_string(count.fetch_add(1));
  if (zmq_socket_monitor(watched.handle(), address.c_str(), kinds) != 0) throw zmq::error_t();
  reader_.set(zmq::sockopt::linger, 0);
  reader_.set(zmq::sockopt::rcvhwm, 0);
  reader_.connect(address);
  fd_ = fd_of(reader_);
  // A new inproc pipe counts its reader as awake and sends no signal until it was once found empty.
  // Nothing is lost: the watched socket is neither bound nor connected yet.
  static_cast<void>(next());
}

Monitor::~Monitor() {
  if (watched_.handle() != nullptr) zmq_socket_monitor(watched_.handle(), nullptr, 0);
}

std::optional<MonitorEvent> Monitor::next() {
  zmq::message_t what;
  zmq::message_t where;
  if (!receive_part(reader_, what)) return std::nullopt;
  while (what.more() && receive_part(reader_, where) && where.more()) {
  }
  MonitorEvent event;
  if (what.size() != sizeof event.kind + sizeof event.value) return event;
  std::memcpy(&event.kind, what.data(), sizeof event.kind);
  std::memcpy(&event.value, what.data<std::byte>() + sizeof event.kind, sizeof event.value);
  return event;
}

bool is_ipv6(const std::string& endpoint) { return endpoint.find('[') != std::string::npos; }

// An honest message has two parts; 64 MiB are far above what a kernel keeps for one connection.
std::size_t endless_slack(const ZmqOptions& options) {
  return 2 * options.max_message_bytes + (std::size_t{64} << 20);
}

zmq::socket_t make_router(zmq::context_t& context, const ZmqOptions& options, bool ipv6) {
  zmq::socket_t socket = make_socket(context, zmq::socket_type::router, options, ipv6);
  socket.set(zmq::sockopt::router_mandatory, true);
  // With a ZAP domain libzmq hangs up on ZMTP 1 and 2 (without a ZAP handler it does nothing else).
  // Such a stranger, cut off before its routing id is handed on, aborts the process (4.3.4).
  socket.set(zmq::sockopt::zap_domain, "starling");
  if (options.keys) {
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, options.keys->own.secret_key);
  }
  return socket;
}

zmq::socket_t make_dealer(zmq::context_t& context, const ZmqOptions& options, bool ipv6,
                          const std::string& server_key) {
  zmq::socket_t socket = make_socket(context, zmq::socket_type::dealer, options, ipv6);
  socket.set(zmq::sockopt::reconnect_ivl, kNeverReconnectMs);
  socket.set(zmq::sockopt::connect_timeout, milliseconds(options.connect_timeout));
  if (!server_key.empty()) {
    socket.set(zmq::sockopt::curve_serverkey, server_key);
    socket.set(zmq::sockopt::curve_publickey, options.keys->own.public_key);
    socket.set(zmq::sockopt::curve_secretkey, options.keys->own.secret_key);
  }
  return socket;
}

std::string listen_on(zmq::socket_t& socket, const std::string& endpoint) {
  constexpr std::string_view kIpc = "ipc://";
  if (endpoint.starts_with(kIpc) && somebody_listens_at(endpoint.substr(kIpc.size())))
    cannot_listen(endpoint, EADDRINUSE);
  if (zmq_bind(socket.handle(), endpoint.c_str()) != 0) cannot_listen(endpoint, zmq_errno());
  return socket.get(zmq::sockopt::last_endpoint);
}

int fd_of(const zmq::socket_t& socket) { return socket.get(zmq::sockopt::fd); }

bool receive_part(zmq::socket_t& socket, zmq::message_t& part) {
  while (zmq_msg_recv(part.handle(), socket.handle(), ZMQ_DONTWAIT) < 0) {
    if (errno == EAGAIN) return false;
    if (errno != EINTR) throw zmq::error_t();
  }
  return true;
}

SendResult send_part(zmq::socket_t& socket, zmq::message_t& part, bool more) {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  while (zmq_msg_send(part.handle(), socket.handle(), flags) < 0) {
    if (errno == EAGAIN) return SendResult::full;
    if (errno == EHOSTUNREACH) return SendResult::unreachable;
    if (errno != EINTR) throw zmq::error_t();
  }
  return SendResult::sent;
}

SendResult send_frame(zmq::socket_t& socket, std::span<const std::byte> head,
                      const SharedBytes* payload) {
  const bool two_parts = payload != nullptr && payload->size > 0;
  zmq::message_t first = copied(head);
  const SendResult result = send_part(socket, first, two_parts);
  if (result != SendResult::sent || !two_parts) return result;
  zmq::message_t second = shared(*payload);
  return send_part(socket, second, false);
}

Reading read_message(zmq::socket_t& socket, zmq::message_t& head, zmq::message_t& payload) {
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

void deliver(ConnectionId connection, zmq::message_t& head, zmq::message_t& payload,
             TransportEvents& events) {
  ReceivedBytes first = keep(head);
  ReceivedBytes second;
  if (payload.size() > 0) second = keep(payload);
  events.received(connection, std::move(first), std::move(second));
}

zmq::message_t copied(std::span<const std::byte> bytes) {
  return zmq::message_t(bytes.data(), bytes.size());
}

namespace {

// What keeps a payload alive in libzmq's hands. The flag says in the language's own terms what
// libzmq's queues do anyway: the I/O thread lets go after this thread has handed over.
// ThreadSanitizer cannot see into libzmq.
struct HandedOver {
  std::shared_ptr<const void> owner;
  std::atomic<bool> done{false};
};

void let_go(void*, void* hint) {
  auto* handed = static_cast<HandedOver*>(hint);
  handed->done.load(std::memory_order_acquire);
  delete handed;
}

}  // namespace

zmq::message_t shared(const SharedBytes& bytes) {
  auto handed = std::make_unique<HandedOver>();
  handed->owner = bytes.owner;
  handed->done.store(true, std::memory_order_release);
  // libzmq never writes to it: the const goes only because its interface has none.
  zmq::message_t message(const_cast<std::byte*>(bytes.data), bytes.size, let_go, handed.get());
  handed.release();
  return message;
}

ReceivedBytes keep(zmq::message_t& part) {
  const std::size_t size = part.size();
  const bool aligned = reinterpret_cast<std::uintptr_t>(part.data()) % 8 == 0;
  if (size >= kCopyBelowBytes && aligned) {
    auto owner = std::make_shared<zmq::message_t>(std::move(part));
    const auto* const data = owner->data<std::byte>();
    return {data, size, std::move(owner)};
  }
  auto words = std::make_shared_for_overwrite<std::uint64_t[]>(size / 8 + 1);
  std::memcpy(words.get(), part.data(), size);
  const auto* const data = reinterpret_cast<const std::byte*>(words.get());
  return {data, size, std::move(words)};
}

}  // namespace starling
