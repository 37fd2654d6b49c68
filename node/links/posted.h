#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace starling {

// A value on its way from any thread to the one that takes it; newer replaces older.
template <class Value>
class Posted {
 public:
  void post(Value value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    there_ = true;
  }
  std::optional<Value> take() {
    if (!there_) return std::nullopt;
    const std::lock_guard lock(mutex_);
    there_ = false;
    return std::exchange(value_, std::nullopt);
  }

 private:
  std::atomic<bool> there_{false};
  std::mutex mutex_;
  std::optional<Value> value_;
};

}  // namespace starling
