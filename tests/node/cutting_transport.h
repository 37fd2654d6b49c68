#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>

#include "node/exchange/transport.h"

namespace starling::testing {

// Cuts each connection after so many frames sent on it, as a router that forgets its connections
// would.
class CuttingTransport final : public Transport {
 public:
  CuttingTransport(std::unique_ptr<Transport> inner, int frames_per_connection,
                   std::atomic<int>& cuts)
      : inner_(std::move(inner)), frames_(frames_per_connection), cuts_(cuts) {}

  Instant now() const override { return inner_->now(); }
  ConnectionId dial(const std::string& endpoint) override { return inner_->dial(endpoint); }
  void close(ConnectionId connection) override { inner_->close(connection); }
  bool send(ConnectionId connection, std::span<const std::byte> head,
            const SharedBytes* payload) override {
    if (++sent_[connection] == frames_) {
      ++cuts_;
      inner_->close(connection);
      cut_.push_back(connection);
      return false;
    }
    return sent_[connection] < frames_ && inner_->send(connection, head, payload);
  }
  void poll(Instant timeout, TransportEvents& events) override {
    while (!cut_.empty()) {
      events.closed(cut_.front(), "cut by the test");
      cut_.pop_front();
    }
    inner_->poll(timeout, events);
  }
  void wake() override { inner_->wake(); }

 private:
  std::unique_ptr<Transport> inner_;
  const int frames_;
  std::atomic<int>& cuts_;
  std::map<ConnectionId, int> sent_;
  std::deque<ConnectionId> cut_;
};

}  // namespace starling::testing
