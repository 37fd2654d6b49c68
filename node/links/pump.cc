#include "node/links/pump.h"

#include <chrono>

#include "node/rounds/gradient_worker.h"

namespace starling {

namespace {
using std::chrono::milliseconds;
constexpr milliseconds kLookEvery{25};    // how often the stand-in looks whether it is needed
constexpr milliseconds kMissedAfter{50};  // the node's thread has been away this long: it computes
}  // namespace

Pump::Pump(Network& network, Transport& transport, std::unique_ptr<GradientExecutor> gradients)
    : network_(network), transport_(transport), gradients_(std::move(gradients)) {}

Pump::Pump(Network& network, Transport& transport)
    : Pump(network, transport,
           std::make_unique<GradientWorker>([&transport] { transport.wake(); })) {
  last_use_ = transport_.now().count();
  thread_ = std::thread([this] { stand_in(); });
}

Pump::~Pump() {
  if (!thread_.joinable()) return;
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
  last_use_ = transport_.now().count();
  return own;
}

void Pump::stand_in() {
  while (!stop_) {
    std::this_thread::sleep_for(kLookEvery);
    std::unique_lock own(mutex_, std::try_to_lock);
    if (!own.owns_lock()) continue;  // the node's thread is at it
    if (transport_.now().count() - last_use_ < Instant(kMissedAfter).count()) continue;
    while (!stop_ && !wanted_) network_.pump(milliseconds(100));
  }
}

}  // namespace starling
