#include "node/exchange/zmq_dialled.h"

#include <cerrno>
#include <utility>

namespace starling {
namespace {

constexpr int kEvents = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                        ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED |
                        ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                        ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

}  // namespace

DialledConnection::DialledConnection(ConnectionId id, zmq::context_t& context,
                                     const ZmqOptions& options, const std::string& endpoint,
                                     const std::string& server_key, Instant deadline)
    : id_(id), deadline_(deadline), server_key_(server_key), slack_(endless_slack(options)) {
  try {
    socket_ = make_dealer(context, options, is_ipv6(endpoint), server_key);
    monitor_.emplace(context, socket_, kEvents);
    socket_.connect(endpoint);
  } catch (const zmq::error_t& error) {
    const int cause = error.num();
    if (cause == EINVAL || cause == EPROTONOSUPPORT || cause == ENOCOMPATPROTO)
      throw TransportError("cannot dial \"" + endpoint + "\": " + error.what());
    ending_ = std::string("cannot dial: ") + error.what();
  }
}

int DialledConnection::socket_fd() const {
  return socket_.handle() != nullptr ? fd_of(socket_) : -1;
}

void DialledConnection::monitor_signalled(TransportEvents& events) {
  while (monitor_) {  // a callback may close
    const auto event = monitor_->next();
    if (!event) return;
    on_event(*event, events);
  }
}

void DialledConnection::on_event(const MonitorEvent& event, TransportEvents& events) {
  if (ending_) return;
  switch (event.kind) {
    case ZMQ_EVENT_CONNECTED:
      connection_fd_ = static_cast<int>(event.value);
      return;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      open_ = true;
      events.opened(id_);
      return;
    case ZMQ_EVENT_DISCONNECTED:
      ending_ = "connection closed by the other side";
      break;
    case ZMQ_EVENT_CLOSED:
    case ZMQ_EVENT_CONNECT_RETRIED:
      // libzmq does not say which of the two it was.
      ending_ = "connection refused or unreachable";
      break;
    default:
      ending_ = describe_handshake_failure(event, !server_key_.empty());
  }
  connection_fd_ = -1;
  pending_ = true;
}

void DialledConnection::end(const std::string& reason) {
  if (ending_ || closed_) return;
  ending_ = reason;
  pending_ = true;
}

bool DialledConnection::read(TransportEvents& events, ZmqCounters& counters) {
  bool delivered = false;
  for (int i = 0; i < kReadBatch && !closed_; ++i) {
    // Sending inside received() may swallow a signal: pending until a receive finds nothing.
    pending_ = true;
    const Reading reading =
        socket_.handle() != nullptr ? read_message(socket_, head_, payload_) : Reading::nothing;
    if (reading == Reading::nothing) {
      read_to_end(counters);
      break;
    }
    ++num_messages_;
    delivered = true;
    if (!open_) monitor_signalled(events);
    if (closed_) break;
    if (reading == Reading::malformed)
      ++counters.malformed_messages;
    else
      deliver(id_, head_, payload_, events);
  }
  return delivered;
}

void DialledConnection::read_to_end(ZmqCounters& counters) {
  pending_ = false;
  if (ending_ || !inflow_.endless(num_messages_, slack_)) return;
  ++counters.endless_messages;
  ending_ = "the other side sends a message without an end";
}

SendResult DialledConnection::send(std::span<const std::byte> head, const SharedBytes* payload) {
  if (!open_ || ending_ || closed_) return SendResult::unreachable;
  pending_ = true;
  return send_frame(socket_, head, payload);
}

void DialledConnection::audit() {
  if (connection_fd_ < 0 || closed_) return;
  inflow_.sample(connection_fd_);
  pending_ = true;
}

void DialledConnection::close() {
  closed_ = true;
  monitor_.reset();
  socket_.close();
}

}  // namespace starling
