#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/exchange/transport.h"
#include "node/simulation/event_queue.h"
#include "topology/graph.h"

namespace starling {

class SimNetwork;

// Thrown out of poll() on a node that is killed: its fiber unwinds.
struct NodeKilled {};

// A monotonic clock that runs too fast or too slow by so many parts in a million.
struct SkewedClock {
  std::int64_t ppm = 0;
  Instant local(Instant t) const { return t + Instant(t.count() / 1'000'000 * ppm); }
  Instant true_span(Instant local_span) const {
    return Instant(local_span.count() * 1'000'000 / (1'000'000 + ppm));
  }
};

// The transport of one simulated node: poll() gives the thread to the others until something has
// arrived or the timeout is over, in virtual time. A poll takes a moment (`pace`), computing
// between two polls takes none.
//
// Threads   one, that of the simulation; poll() within the node's fiber.
class SimTransport final : public Transport {
 public:
  struct Options {
    NodeId self = 0;
    SkewedClock clock;
    Instant pace = std::chrono::microseconds(1);
  };
  // resume: lets the node's fiber go on.
  SimTransport(Options options, EventQueue& events, SimNetwork& network,
               std::function<void()> resume);

  Instant now() const override { return options_.clock.local(events_.now()); }
  ConnectionId dial(const std::string& endpoint) override;
  void close(ConnectionId connection) override;
  bool send(ConnectionId connection, std::span<const std::byte> head,
            const SharedBytes* payload) override;
  void poll(Instant timeout, TransportEvents& events) override;
  void wake() override;
  void wake_after(Instant span);

  // --- for the network beneath
  struct Arrival {
    enum class Kind { opened, closed, frame } kind = Kind::frame;
    ConnectionId connection = 0;
    std::shared_ptr<const std::vector<std::byte>> head, payload;  // of a frame
    std::string reason;
  };
  void arrived(Arrival arrival);
  // A connection closed here hears nothing more.
  void forget(ConnectionId connection);

  // --- for whoever plays fate
  void kill();  // the fiber unwinds before this returns
  void freeze(Instant until);
  Instant frozen_until() const { return frozen_until_; }

 private:
  void plan(Instant when);
  void go();

  const Options options_;
  EventQueue& events_;
  SimNetwork& network_;
  const std::function<void()> resume_;
  std::deque<Arrival> inbox_;
  bool woken_ = false, waiting_ = false, killed_ = false;
  bool slept_ = false;  // frozen amid its wait: that is over, and only the next poll reads
  Instant planned_{0}, frozen_until_{0};
  // What is planned refers to this transport, while it lives, and to this number, while it holds.
  const std::shared_ptr<std::uint64_t> plan_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace starling
