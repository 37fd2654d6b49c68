#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "node/exchange/transport.h"
#include "node/exchange/zmq_curve.h"

namespace starling {

// An endpoint that cannot be listened on, or is none: one line with the endpoint and the cause.
class TransportError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The version of the library this runs with: "4.3.4".
std::string zmq_version();

struct ZmqOptions {
  // Largest message part taken in: header + chunk + 64 KiB. A longer one ends its connection.
  std::size_t max_message_bytes = 64 + (256 << 10) + (64 << 10);
  int io_threads = 1;
  // Messages queued per connection and direction: above all credit, so a full pipe is a defect.
  int high_water = 4096;
  // Accepted connections that nobody trusts yet: beyond so many the eldest has to go, and each
  // after so long.
  std::size_t max_strangers = 256;
  std::chrono::milliseconds stranger_timeout{10000};
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds handshake_timeout{3000};
  // ZMTP pings; they only clear accepted connections whose host is gone.
  std::chrono::milliseconds heartbeat{30000};
  // Absent: in the clear. Else every connection is encrypted with CURVE.
  std::optional<KeyBook> keys;
};

// What went wrong without being anyone's exception.
struct ZmqCounters {
  std::uint64_t malformed_messages = 0;  // not one or two parts, or from a peer that names itself
  std::uint64_t late_messages = 0;       // of a connection already closed here
  std::uint64_t endless_messages = 0;    // connections ended for a message without an end
  std::uint64_t full_pipes = 0;          // send() found the high-water mark reached
  std::uint64_t crowded_out = 0;         // strangers beyond max_strangers
  std::uint64_t overdue_strangers = 0;   // strangers beyond stranger_timeout
  std::uint64_t never_trusted = 0;       // strangers whose connection ended otherwise
  std::uint64_t failed_handshakes = 0;   // accepted, and no ZeroMQ or no encryption like ours
  std::uint64_t unknown_keys = 0;        // accepted, with a key the book does not hold
};

// The network through ZeroMQ: one ROUTER that listens, one DEALER for each connection dialled, and
// a socket monitor on each, so that connections (which ZeroMQ hides) open and close as events.
//
// A dialled connection is one TCP or ipc connection: it is never made again behind our back.
// Every dial ends in opened() or closed(), at the latest after connect_timeout + handshake_timeout.
// What had arrived before a connection closed is delivered before closed(), and nothing of it
// after. close() itself is not reported: the caller knows. Of an accepted connection it shuts the
// socket down. Head parts, and payloads below 8 KiB, are copied (they may lie at any address in the
// reader's buffer); larger ones are handed on as libzmq received them.
//
// Against strangers: part sizes, messages queued, their number, the time to shake hands and the
// time until they are trusted are limited; over TCP also the bytes of one message, looked at every
// 50 ms or so when poll() is called.
//
// With keys, who is let in has proven a key of the book, and who is dialled is told nothing before
// it has proven its own. Of a node with two keys a dial tries the one that last worked, then the
// other.
//
// Threads   one at a time; a caller's lock may move it between threads. wake() from any thread.
//           The owner of a payload is dropped in the I/O thread of libzmq.
// Errors    TransportError from the constructor (cannot listen) and from dial() (not an endpoint).
class ZmqTransport final : public Transport {
 public:
  // `listen`: "tcp://address:port" (port "*": any free one), "ipc://path", or empty: dials only.
  explicit ZmqTransport(const std::string& listen, const ZmqOptions& options = {});
  ~ZmqTransport() override;

  // Where it listens, any "*" replaced; empty when it does not.
  const std::string& bound_endpoint() const;
  ZmqCounters counters() const;

  Instant now() const override;
  ConnectionId dial(const std::string& endpoint) override;
  void close(ConnectionId connection) override;
  bool speaks_for(ConnectionId connection, std::uint32_t node) const override;
  void trust(ConnectionId connection) override;
  // Our own pair stays.
  void use_keys(const KeyBook& book) override;
  // false, too, before opened().
  bool send(ConnectionId connection, std::span<const std::byte> head,
            const SharedBytes* payload) override;
  void poll(Instant timeout, TransportEvents& events) override;
  void wake() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace starling
