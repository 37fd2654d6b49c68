#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace starling {

// Waits for SIGHUP, in a thread of its own, and calls `changed` for each.
//
// Requires  SIGHUP blocked in every thread (block_hangup() in main, before any thread begins).
class HangupWatch {
 public:
  explicit HangupWatch(std::function<void()> changed);
  ~HangupWatch();

 private:
  std::function<void()> changed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

void block_hangup();

}  // namespace starling
