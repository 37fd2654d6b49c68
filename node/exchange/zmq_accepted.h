#pragma once

// Inside node/exchange only: the connections a ROUTER has accepted.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "node/exchange/transport.h"
#include "node/exchange/zmq_inflow.h"
#include "node/exchange/zmq_socket.h"

namespace starling {

// A ROUTER names its peers by routing ids of its own making (a zero byte and a counter) and its
// monitor names them by file descriptors. This table joins the two, so that an accepted connection
// can be reported closed, shut down, and counted.
//
// A descriptor is used again as soon as it is free. What keeps the names apart: libzmq reports a
// disconnect before it closes the descriptor, so whoever reads the monitor to its end *after*
// looking at a descriptor knows whether it still meant the same connection.
class AcceptedConnections {
 public:
  // A routing id made by libzmq, as a number. Anything else was chosen by the peer: nothing.
  static std::optional<std::uint32_t> key_of(std::span<const std::byte> routing_id);
  static ConnectionId connection_of(std::uint32_t key) { return kAcceptedBit | key; }
  static bool is_accepted(ConnectionId connection) { return (connection & kAcceptedBit) != 0; }
  // The routing id of a connection, as libzmq wants it.
  static zmq::message_t routing_id_of(ConnectionId connection);

  AcceptedConnections(Monitor& monitor, const ZmqOptions& options)
      : monitor_(monitor), limit_(options.max_accepted), slack_(endless_slack(options)) {}

  // Reads the monitor to its end; connections found closed wait in take_closed().
  void update();
  // Whether a frame of this connection may be delivered; its first frame announces it.
  bool admit(std::uint32_t key, zmq::message_t& first_part);
  // Whether frames can still be sent to it.
  bool is_open(ConnectionId connection) const;
  // Forgets it and shuts its socket down: its frames are dropped from now on.
  void close(ConnectionId connection);

  // Connections closed by the other side since the last call. Their last frames may still wait in
  // the ROUTER: report them after it was read to its end.
  std::vector<std::pair<ConnectionId, std::string>> take_closed();
  bool any_closed() const { return !closed_.empty(); }

  // Samples the inflow of all; after the ROUTER was read to its end, judge() shuts down who sends a
  // message without an end.
  void audit();
  void judge();
  std::uint64_t num_refused() const { return num_refused_; }
  std::uint64_t num_endless() const { return num_endless_; }

 private:
  static constexpr ConnectionId kAcceptedBit = ConnectionId{1} << 63;
  static constexpr std::size_t kRememberedMax = 4096;

  struct Socket {
    std::uint64_t birth = 0;           // counts acceptances: tells two users of a descriptor apart
    std::optional<std::uint32_t> key;  // known from its first frame on
    std::uint64_t num_messages = 0;
    Inflow inflow;
  };
  struct Connection {
    int fd = -1;
    bool lost = false;  // closed by the other side, not yet reported
  };

  void on_event(const MonitorEvent& event);
  void lose(std::uint32_t key);
  void forget(std::uint32_t key);
  void shut_down(int fd);

  Monitor& monitor_;
  std::size_t limit_;
  std::size_t slack_;
  bool audited_ = false;
  std::unordered_map<int, Socket> sockets_;
  std::unordered_map<std::uint32_t, Connection> known_;
  std::unordered_set<std::uint32_t> gone_;  // keys whose late frames are dropped
  std::deque<std::uint32_t> gone_order_;
  std::vector<int> excess_;
  std::vector<std::pair<ConnectionId, std::string>> closed_;
  std::uint64_t births_ = 0;
  std::uint64_t num_refused_ = 0;
  std::uint64_t num_endless_ = 0;
};

}  // namespace starling
