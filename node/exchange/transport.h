#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace starling {

struct KeyBook;

// Time since an arbitrary start, never stepping back; seconds as a double would lose nothing that
// matters here, but a duration keeps its unit in its type.
using Instant = std::chrono::nanoseconds;

// Names one connection of one transport, never used twice.
using ConnectionId = std::uint64_t;

// A payload that is sent without copying: alive until the last `owner` is gone, which may be on
// another thread.
struct SharedBytes {
  const std::byte* data = nullptr;
  std::size_t size = 0;
  std::shared_ptr<const void> owner;
};

// Bytes that arrived, valid until released. data is aligned to 8 bytes.
class ReceivedBytes {
 public:
  ReceivedBytes() = default;
  ReceivedBytes(const std::byte* data, std::size_t size, std::shared_ptr<const void> owner)
      : data_(data), size_(size), owner_(std::move(owner)) {}
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::shared_ptr<const void> owner_;
};

// Why a connection closed, in words for the user ("connection closed", "connection refused",
// "handshake failed: ...").
struct TransportEvents {
  virtual ~TransportEvents() = default;
  // A frame: its head (header, ride block and, when small, the payload) and a separate payload
  // part, or empty.
  virtual void received(ConnectionId connection, ReceivedBytes head, ReceivedBytes payload) = 0;
  // A dialled connection is ready; an accepted one announces itself with its first frame.
  virtual void opened(ConnectionId connection) = 0;
  virtual void closed(ConnectionId connection, const std::string& reason) = 0;
};

// What a node asks of the network beneath it. ZeroMQ in production, a simulated network later:
// nothing above knows which. Used by one thread at a time (the caller's lock moves it between
// threads).
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Instant now() const = 0;
  virtual ConnectionId dial(const std::string& endpoint) = 0;
  // Ends the connection; frames not yet sent may be lost. Closing an unknown connection does
  // nothing.
  virtual void close(ConnectionId connection) = 0;
  // Whether who is at the other end may say it is this node: with keys, only who has proven that
  // node's key; in the clear anybody.
  virtual bool speaks_for(ConnectionId, std::uint32_t /*node*/) const { return true; }
  // It has a session: no stranger any more, whose time is limited.
  virtual void trust(ConnectionId) {}
  // Another address book: connections of keys that it holds no more are closed, with closed().
  // Requires  to have begun with keys.
  virtual void use_keys(const KeyBook&) {}
  // Never blocks. false: the connection is gone or its pipe full (a counted defect); the frame is
  // not sent.
  virtual bool send(ConnectionId connection, std::span<const std::byte> head,
                    const SharedBytes* payload) = 0;
  // Delivers what arrived; waits up to `timeout` for something to arrive. wake() ends the wait,
  // from any thread.
  virtual void poll(Instant timeout, TransportEvents& events) = 0;
  virtual void wake() = 0;
};

}  // namespace starling
