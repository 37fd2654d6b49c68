#pragma once

// Inside node/exchange only: ZeroMQ sockets as ZmqTransport uses them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <zmq.hpp>

#include "node/exchange/transport.h"
#include "node/exchange/zmq_transport.h"

namespace starling {

// One thing that happened to a connection of a socket, as libzmq's monitor tells it.
struct MonitorEvent {
  std::uint16_t kind = 0;   // ZMQ_EVENT_...
  std::uint32_t value = 0;  // file descriptor, errno or a protocol error, by kind
};

// "handshake failed: ..." in words, for the three kinds of failed handshakes, as a dialler sees
// them.
std::string describe_handshake_failure(const MonitorEvent& event, bool encrypted);

// Watches one socket, from before it is bound or connected. Its queue has no limit: libzmq's I/O
// thread would block on a full one.
class Monitor {
 public:
  Monitor(zmq::context_t& context, zmq::socket_t& watched, int kinds);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  int fd() const { return fd_; }
  // The next event, or nothing. After nothing, fd() turns readable with the next one.
  std::optional<MonitorEvent> next();

 private:
  zmq::socket_t& watched_;
  zmq::socket_t reader_;
  int fd_ = -1;
};

bool is_ipv6(const std::string& endpoint);
// Bytes a connection may bring without finishing a message: see zmq_inflow.h.
std::size_t endless_slack(const ZmqOptions& options);

zmq::socket_t make_router(zmq::context_t& context, const ZmqOptions& options, bool ipv6);
// server_key: that of the node dialled; empty: in the clear.
zmq::socket_t make_dealer(zmq::context_t& context, const ZmqOptions& options, bool ipv6,
                          const std::string& server_key);

// Binds and returns the endpoint with any "*" replaced.
// Errors    TransportError naming the endpoint and the cause, also for an ipc path that somebody
//           listens on (libzmq alone would take it over in silence).
std::string listen_on(zmq::socket_t& socket, const std::string& endpoint);

// Readable whenever the socket has something to process; edge-triggered, see ZmqTransport::Impl.
int fd_of(const zmq::socket_t& socket);

// The next message part without waiting; false: none there.
bool receive_part(zmq::socket_t& socket, zmq::message_t& part);

enum class SendResult { sent, full, unreachable };
// Queues one part without waiting.
SendResult send_part(zmq::socket_t& socket, zmq::message_t& part, bool more);

// Queues head and payload (null or empty: no part of its own) as one message.
SendResult send_frame(zmq::socket_t& socket, std::span<const std::byte> head,
                      const SharedBytes* payload);

// Messages read from one socket before the others have their turn.
inline constexpr int kReadBatch = 256;

enum class Reading { nothing, message, malformed };
// One whole message; one of more than two parts is read to its end and thrown away.
Reading read_message(zmq::socket_t& socket, zmq::message_t& head, zmq::message_t& payload);
// Hands it on; the parts are left empty or as they were.
void deliver(ConnectionId connection, zmq::message_t& head, zmq::message_t& payload,
             TransportEvents& events);

zmq::message_t copied(std::span<const std::byte> bytes);
// Not copied: the message holds the owner until libzmq has no more use for it.
zmq::message_t shared(const SharedBytes& bytes);

// The part as something to keep: copied when small or misaligned, else the message itself, moved.
ReceivedBytes keep(zmq::message_t& part);

}  // namespace starling
