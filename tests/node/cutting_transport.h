#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <set>

#include "node/exchange/transport.h"

namespace starling::testing {

// Cuts each connection after so many frames sent on it, as a router that forgets its connections
// would; for a while only, for a burst larger than that, cut before the operating system has sent
// any of it, would begin again for ever.
class CuttingTransport final : public Transport {
 public:
  CuttingTransport(std::unique_ptr<Transport> inner, int frames_per_connection,
                   std::atomic<int>& cuts)
      : inner_(std::move(inner)), frames_(frames_per_connection), cuts_(cuts) {}

  Instant now() const override { return inner_->now(); }
  ConnectionId dial(const std::string& endpoint) override { return inner_->dial(endpoint); }
  void close(ConnectionId connection) override { inner_->close(connection); }
  bool speaks_for(ConnectionId connection, std::uint32_t node) const override {
    return inner_->speaks_for(connection, node);
  }
  void trust(ConnectionId connection) override { inner_->trust(connection); }
  void use_keys(const KeyBook& book) override { inner_->use_keys(book); }
  bool send(ConnectionId connection, std::span<const std::byte> head,
            const SharedBytes* payload) override {
    if (made_ == kMost)
      return !cut_off_.contains(connection) && inner_->send(connection, head, payload);
    if (++sent_[connection] == frames_) {
      ++cuts_;
      ++made_;
      inner_->close(connection);
      cut_.push_back(connection);
      cut_off_.insert(connection);
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
  static constexpr int kMost = 30;
  int made_ = 0;
  std::map<ConnectionId, int> sent_;
  std::set<ConnectionId> cut_off_;
  std::deque<ConnectionId> cut_;
};

}  // namespace starling::testing
