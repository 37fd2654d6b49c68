#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "node/exchange/transport.h"
#include "node/links/wire.h"
#include "topology/random.h"

namespace starling::testing {

// Flips one bit in the header of one in so many frames of a session, past what TCP's own checksum
// finds; a bounded number of times, for what is sent again may be hit again.
class FlippingTransport final : public Transport {
 public:
  FlippingTransport(std::unique_ptr<Transport> inner, NodeId node, int one_in,
                    std::atomic<int>& flips)
      : inner_(std::move(inner)), draw_(1, Purpose::test, node), one_in_(one_in), flips_(flips) {}

  Instant now() const override { return inner_->now(); }
  ConnectionId dial(const std::string& endpoint) override { return inner_->dial(endpoint); }
  void close(ConnectionId connection) override { inner_->close(connection); }
  bool speaks_for(ConnectionId connection, std::uint32_t node) const override {
    return inner_->speaks_for(connection, node);
  }
  void trust(ConnectionId connection) override { inner_->trust(connection); }
  void use_keys(const KeyBook& book) override { inner_->use_keys(book); }
  void poll(Instant timeout, TransportEvents& events) override { inner_->poll(timeout, events); }
  void wake() override { inner_->wake(); }
  bool send(ConnectionId connection, std::span<const std::byte> head,
            const SharedBytes* payload) override {
    const auto type = static_cast<FrameType>(head[5]);
    const bool greets =
        type == FrameType::HELLO || type == FrameType::WELCOME || type == FrameType::REFUSE;
    if (greets || made_ == kMost || draw_.uniform() * one_in_ >= 1)
      return inner_->send(connection, head, payload);
    ++made_;
    ++flips_;
    std::vector<std::byte> garbled(head.begin(), head.end());
    const auto bit = static_cast<std::size_t>(draw_.uniform() * 8 * kHeaderBytes);
    garbled[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    return inner_->send(connection, garbled, payload);
  }

 private:
  std::unique_ptr<Transport> inner_;
  RandomStream draw_;
  const int one_in_;
  std::atomic<int>& flips_;
  static constexpr int kMost = 30;
  int made_ = 0;
};

}  // namespace starling::testing
