#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "node/rounds/gradient_executor.h"

namespace starling {

// One thread beside the node's own, for jobs that take long: the node goes on reading, mixing and
// sending. After a short one the next of its kind is done in place: handing it over would take
// longer.
//
// Threads   the job runs on the worker, one at a time; `wake` is called from it.
class GradientWorker final : public GradientExecutor {
 public:
  explicit GradientWorker(std::function<void()> wake) : wake_(std::move(wake)) {}
  ~GradientWorker() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  bool start(std::function<void()> job, Duration& took) override {
    if (took > Duration(0) && took < kShort) {
      took = time(job);
      return true;
    }
    {
      const std::lock_guard lock(mutex_);
      job_ = std::move(job);
      took_ = &took;
      ended_ = false;
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_all();
    return false;
  }
  bool poll() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(ended_, false);
  }
  void wait() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !job_; });
    ended_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr Duration kShort = std::chrono::microseconds(300);

  static Duration time(const std::function<void()>& job) {
    const auto began = Clock::now();
    job();
    return Clock::now() - began;
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stop_ || job_; });
      if (!job_) return;
      lock.unlock();
      const Duration took = time(*job_);
      lock.lock();
      *took_ = took;
      job_.reset();
      ended_ = true;
      lock.unlock();
      changed_.notify_all();
      wake_();
      lock.lock();
    }
  }

  std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::function<void()>> job_;  // under way, or about to be
  Duration* took_ = nullptr;                  // of its kind
  bool stop_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace starling
