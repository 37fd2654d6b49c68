#include "node/pump.h"

#include <chrono>

namespace starling {

namespace {
using std::chrono::milliseconds;
constexpr milliseconds kLookEvery{25};    // how often the stand-in looks whether it is needed
constexpr milliseconds kMissedAfter{50};  // the node's thread has been away this long: it computes

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
}  // namespace

Pump::Pump(Network& network, Transport& transport) : network_(network), transport_(transport) {
  last_use_ = now_ns();
  thread_ = std::thread([this] { stand_in(); });
}

Pump::~Pump() {
  stop_ = true;
  transport_.wake();
  thread_.join();
}

std::unique_lock<std::mutex> Pump::lock() {
  std::unique_lock own(mutex_, std::try_to_lock);
  if (!own.owns_lock()) {
    wanted_ = true;
    transport_.wake();
    own.lock();
    wanted_ = false;
  }
  last_use_ = now_ns();
  return own;
}

void Pump::stand_in() {
  while (!stop_) {
    std::this_thread::sleep_for(kLookEvery);
    std::unique_lock own(mutex_, std::try_to_lock);
    if (!own.owns_lock()) continue;  // the node's thread is at it
    if (now_ns() - last_use_ < Instant(kMissedAfter).count()) continue;
    while (!stop_ && !wanted_) network_.pump(milliseconds(100));
  }
}

}  // namespace starling
