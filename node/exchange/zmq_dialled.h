#pragma once

// Inside node/exchange only: one connection dialled.

#include <optional>
#include <span>
#include <string>
#include <zmq.hpp>

#include "node/exchange/transport.h"
#include "node/exchange/zmq_inflow.h"
#include "node/exchange/zmq_socket.h"
#include "node/exchange/zmq_transport.h"

namespace starling {

// A DEALER with one connection and its monitor. It opens at most once and ends exactly once: with a
// reason that waits in ending() until its last frames were read, or with close().
class DialledConnection {
 public:
  // Starts to connect; what the world refuses becomes ending(). server_key: empty in the clear.
  // Errors    TransportError when it is no endpoint.
  DialledConnection(ConnectionId id, zmq::context_t& context, const ZmqOptions& options,
                    const std::string& endpoint, const std::string& server_key, Instant deadline);

  ConnectionId id() const { return id_; }
  Instant deadline() const { return deadline_; }                 // for opening
  const std::string& server_key() const { return server_key_; }  // proven once it is open
  bool is_open() const { return open_; }
  bool is_closed() const { return closed_; }
  // The reason, once everything that had arrived was delivered.
  const std::string* ending() const { return ending_ && !pending_ ? &*ending_ : nullptr; }

  // Descriptors to wait on, or -1, and what to do when they are readable.
  int socket_fd() const;
  int monitor_fd() const { return monitor_ ? monitor_->fd() : -1; }
  void socket_signalled() { pending_ = true; }
  void monitor_signalled(TransportEvents& events);

  // Whether there may be something to read.
  bool pending() const { return pending_ || ending_; }
  // Delivers up to a batch; whether there was any. A callback may close() this very connection.
  bool read(TransportEvents& events, ZmqCounters& counters);
  SendResult send(std::span<const std::byte> head, const SharedBytes* payload);
  // Samples its inflow; the next read() that finds nothing judges it.
  void audit();
  // Ends it with this reason, after what has arrived.
  void end(const std::string& reason);
  void close();

 private:
  void on_event(const MonitorEvent& event, TransportEvents& events);
  void read_to_end(ZmqCounters& counters);

  ConnectionId id_;
  Instant deadline_;
  std::string server_key_;
  std::size_t slack_;
  zmq::socket_t socket_;
  std::optional<Monitor> monitor_;
  std::optional<std::string> ending_;
  bool open_ = false;
  bool closed_ = false;
  bool pending_ = true;
  int connection_fd_ = -1;
  Inflow inflow_;
  std::uint64_t num_messages_ = 0;
  zmq::message_t head_, payload_;
};

}  // namespace starling
