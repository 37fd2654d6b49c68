#pragma once

// Transports in one thread and strangers at their ports: what the tests of ZmqTransport stand on.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "node/exchange/zmq_transport.h"

namespace starling {

using namespace std::chrono_literals;
using Bytes = std::vector<std::byte>;

constexpr std::size_t kGreetingBytes = 64;  // ZMTP 3's
constexpr Instant kPatience = 30s;  // a failure, not a measure: every wait ends with its event

struct Frame {
  ConnectionId connection = 0;
  ReceivedBytes head;
  ReceivedBytes payload;
};

// Writes down what a transport reports, and holds it to the order it promises.
struct Journal final : TransportEvents {
  std::vector<Frame> frames;
  std::vector<ConnectionId> opened_ids;
  std::map<ConnectionId, std::string> closed_ids;
  std::function<void(const Frame&)> on_frame;

  void received(ConnectionId connection, ReceivedBytes head, ReceivedBytes payload) override {
    EXPECT_FALSE(closed_ids.contains(connection)) << "a frame after closed()";
    for (const auto& part : {head.bytes(), payload.bytes()})
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(part.data()) % 8, 0u) << part.size() << " bytes";
    frames.push_back({connection, std::move(head), std::move(payload)});
    if (on_frame) on_frame(frames.back());
  }
  void opened(ConnectionId connection) override {
    EXPECT_FALSE(closed_ids.contains(connection));
    opened_ids.push_back(connection);
  }
  void closed(ConnectionId connection, const std::string& reason) override {
    EXPECT_FALSE(reason.empty());
    EXPECT_TRUE(closed_ids.emplace(connection, reason).second) << "closed() twice";
  }
  bool is_closed(ConnectionId id) const { return closed_ids.contains(id); }
  bool is_open(ConnectionId id) const {
    return std::ranges::find(opened_ids, id) != opened_ids.end();
  }
};

// Nobody here trusts anybody: strangers may stay.
inline ZmqOptions patient() {
  ZmqOptions options;
  options.stranger_timeout = 1h;
  return options;
}

struct End {
  explicit End(const std::string& listen, const ZmqOptions& options = patient())
      : transport(listen, options) {}
  ZmqTransport transport;
  Journal journal;
};

// Polls all ends in turn until the claim holds.
inline testing::AssertionResult until(std::initializer_list<End*> ends,
                                      const std::function<bool()>& holds) {
  const Instant deadline = (*ends.begin())->transport.now() + kPatience;
  while (!holds()) {
    for (End* const end : ends) end->transport.poll(500us, end->journal);
    if ((*ends.begin())->transport.now() > deadline)
      return testing::AssertionFailure() << "nothing within " << kPatience / 1s << " s";
  }
  return testing::AssertionSuccess();
}

inline Bytes pattern(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

inline SharedBytes share(Bytes bytes) {
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  return {owner->data(), owner->size(), owner};
}

inline bool same(const ReceivedBytes& received, std::span<const std::byte> expected) {
  return std::ranges::equal(received.bytes(), expected);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

inline std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

inline std::uint16_t port_of(const std::string& endpoint) {
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

// A plain TCP socket: what a stranger brings.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  struct Accepted {
    int fd;
  };
  explicit RawSocket(Accepted accepted) : fd_(accepted.fd), connected_(accepted.fd >= 0) {}
  ~RawSocket() { ::close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool connected() const { return connected_; }
  // As much as the other side takes; it may have hung up already.
  std::size_t write(std::span<const std::byte> bytes) const {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // Whether the other side has hung up; reads what it says until then.
  bool ended() {
    char bytes[512];
    for (;;) {
      const auto count = ::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
      if (count == 0) return true;
      if (count < 0) return errno != EAGAIN;
      bytes_read_ += static_cast<std::size_t>(count);
    }
  }
  // What the other side has said since.
  Bytes take() const {
    Bytes bytes(1 << 16);
    const auto count = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }
  // Whether the other side has said this much.
  bool has_read(std::size_t bytes) {
    ended();
    return bytes_read_ >= bytes;
  }

 private:
  int fd_;
  bool connected_ = false;
  std::size_t bytes_read_ = 0;
};

// A listening socket that does only what a test makes it do.
class RawListener {
 public:
  RawListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd_, at, length) != 0 || ::listen(fd_, 8) != 0 ||
        ::getsockname(fd_, at, &length) != 0)
      ADD_FAILURE() << "no listening socket";
    endpoint_ = "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~RawListener() { ::close(fd_); }
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  const std::string& endpoint() const { return endpoint_; }
  std::unique_ptr<RawSocket> accept() const {
    return std::make_unique<RawSocket>(RawSocket::Accepted{::accept(fd_, nullptr, nullptr)});
  }

 private:
  int fd_;
  std::string endpoint_;
};

}  // namespace starling
