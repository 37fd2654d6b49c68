#include "node/simulation/sim_transport.h"

#include <algorithm>
#include <utility>

#include "node/simulation/fiber.h"
#include "node/simulation/sim_network.h"

namespace starling {

SimTransport::SimTransport(Options options, EventQueue& events, SimNetwork& network,
                           std::function<void()> resume)
    : options_(options), events_(events), network_(network), resume_(std::move(resume)) {
  network_.attach(options_.self, *this);
}

ConnectionId SimTransport::dial(const std::string& endpoint) {
  return network_.dial(options_.self, endpoint);
}

void SimTransport::close(ConnectionId connection) {
  forget(connection);
  network_.close(connection);
}

void SimTransport::forget(ConnectionId connection) {
  std::erase_if(inbox_, [&](const Arrival& a) { return a.connection == connection; });
}

bool SimTransport::send(ConnectionId connection, std::span<const std::byte> head,
                        const SharedBytes* payload) {
  return !killed_ && network_.send(connection, head, payload);
}

void SimTransport::poll(Instant timeout, TransportEvents& events) {
  if (killed_) throw NodeKilled{};
  const Instant least = events_.now() + options_.pace;
  const Instant deadline = events_.now() + options_.clock.true_span(timeout);
  waiting_ = true;
  plan(woken_ || !inbox_.empty() ? least : std::max(deadline, least));
  Fiber::suspend();
  waiting_ = woken_ = false;
  if (killed_) throw NodeKilled{};
  if (std::exchange(slept_, false)) return;
  // What a callback closes is taken out of the inbox.
  for (std::size_t left = inbox_.size(); left > 0 && !inbox_.empty(); --left) {
    const Arrival arrival = std::move(inbox_.front());
    inbox_.pop_front();
    if (arrival.kind == Arrival::Kind::opened) events.opened(arrival.connection);
    if (arrival.kind == Arrival::Kind::closed) events.closed(arrival.connection, arrival.reason);
    if (arrival.kind != Arrival::Kind::frame) continue;
    const auto bytes = [](const auto& part) {
      return part ? ReceivedBytes(part->data(), part->size(), part) : ReceivedBytes();
    };
    events.received(arrival.connection, bytes(arrival.head), bytes(arrival.payload));
  }
}

void SimTransport::wake() {
  woken_ = true;
  if (waiting_ && planned_ > events_.now() + options_.pace) plan(events_.now() + options_.pace);
}

void SimTransport::wake_after(Instant span) {
  events_.at(events_.now() + options_.clock.true_span(span), [this, alive = std::weak_ptr(plan_)] {
    if (alive.lock()) wake();
  });
}

void SimTransport::arrived(Arrival arrival) {
  inbox_.push_back(std::move(arrival));
  if (waiting_ && planned_ > events_.now() + options_.pace) plan(events_.now() + options_.pace);
}

void SimTransport::plan(Instant when) {
  planned_ = when;
  events_.at(when, [this, alive = std::weak_ptr(plan_), number = ++*plan_] {
    const auto current = alive.lock();
    if (current && *current == number) go();
  });
}

void SimTransport::go() {
  if (frozen_until_ > events_.now()) {
    slept_ = true;
    return plan(frozen_until_);
  }
  resume_();
}

void SimTransport::kill() {
  killed_ = true;
  ++*plan_;
  if (waiting_) resume_();
}

void SimTransport::freeze(Instant until) { frozen_until_ = std::max(frozen_until_, until); }

}  // namespace starling
