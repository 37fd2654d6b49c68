#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "node/exchange/transport.h"

namespace starling {

// Virtual time: what is to happen, by instant, and among equals in the order it was asked for.
class EventQueue {
 public:
  static constexpr Instant kStart{std::chrono::seconds(1)};  // zero means never to some

  Instant now() const { return now_; }
  bool empty() const { return events_.empty(); }
  // Instants gone by count as now.
  void at(Instant when, std::function<void()> what) {
    events_.push({std::max(when, now_), next_++, std::move(what)});
  }
  // Lets the next event happen. Requires  !empty().
  void step() {
    std::function<void()> what = std::move(const_cast<Event&>(events_.top()).what);
    now_ = events_.top().when;
    events_.pop();
    what();
  }

 private:
  struct Event {
    Instant when;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const {
      return when != other.when ? when > other.when : order > other.order;
    }
  };
  std::priority_queue<Event> events_;
  Instant now_ = kStart;
  std::uint64_t next_ = 0;
};

}  // namespace starling
