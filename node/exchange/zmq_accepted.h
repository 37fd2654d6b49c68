#pragma once

// Inside node/exchange only: the connections a ROUTER has accepted.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
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
//
// Whoever connects is a stranger until trust(): strangers have a limited time, and beyond a limited
// number the eldest has to go, so that many who keep silent never keep a neighbor out for long.
class AcceptedConnections {
 public:
  // A routing id made by libzmq, as a number. Anything else was chosen by the peer: nothing.
  static std::optional<std::uint32_t> key_of(std::span<const std::byte> routing_id);
  static ConnectionId connection_of(std::uint32_t key) { return kAcceptedBit | key; }
  static bool is_accepted(ConnectionId connection) { return (connection & kAcceptedBit) != 0; }
  // The routing id of a connection, as libzmq wants it.
  static zmq::message_t routing_id_of(ConnectionId connection);

  AcceptedConnections(Monitor& monitor, const ZmqOptions& options)
      : monitor_(monitor),
        limit_(options.max_strangers),
        patience_(options.stranger_timeout),
        slack_(endless_slack(options)) {}

  // Reads the monitor to its end; connections found closed wait in take_closed().
  void update();
  // Whether a frame of this connection may be delivered; its first frame announces it.
  bool admit(std::uint32_t key, zmq::message_t& first_part);
  // Whether frames can still be sent to it.
  bool is_open(ConnectionId connection) const;
  // Forgets it and shuts its socket down: its frames are dropped from now on.
  void close(ConnectionId connection);
  void trust(ConnectionId connection);
  // The public key it has proven; empty: none, or unknown connection.
  const std::string& key_proven_by(ConnectionId connection) const;
  // Shuts down those whose proven key this does not allow; take_closed() tells of them.
  void expel(const std::function<bool(const std::string& public_key)>& allowed);

  // Connections closed by the other side since the last call. Their last frames may still wait in
  // the ROUTER: report them after it was read to its end.
  std::vector<std::pair<ConnectionId, std::string>> take_closed();
  bool any_closed() const { return !closed_.empty(); }

  // Shuts down strangers that are overdue and samples the inflow of all; after the ROUTER was read
  // to its end, judge() shuts down who sends a message without an end.
  void audit(Instant now);
  void judge();
  // Adds what was counted here.
  void count(ZmqCounters& counters) const;

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
    std::string public_key;
  };
  struct Stranger {
    int fd = -1;
    Instant since{0};
  };

  void on_event(const MonitorEvent& event);
  void lose(std::uint32_t key);
  void forget(std::uint32_t key);
  void shut_down(int fd);
  void accept(int fd);
  void take_socket_away(int fd);

  Monitor& monitor_;
  std::size_t limit_;
  Instant patience_;
  std::size_t slack_;
  bool audited_ = false;
  std::unordered_map<int, Socket> sockets_;
  std::unordered_map<std::uint32_t, Connection> known_;
  std::unordered_set<std::uint32_t> gone_;  // keys whose late frames are dropped
  std::deque<std::uint32_t> gone_order_;
  std::vector<int> excess_;
  std::vector<std::pair<ConnectionId, std::string>> closed_;
  std::map<std::uint64_t, Stranger> strangers_;  // by birth: the eldest first
  Instant now_{0};                               // of the last audit
  std::uint64_t births_ = 0;
  std::uint64_t num_crowded_out_ = 0;
  std::uint64_t num_overdue_ = 0;
  std::uint64_t num_never_trusted_ = 0;
  std::uint64_t num_failed_handshakes_ = 0;
  std::uint64_t num_endless_ = 0;
};

}  // namespace starling
