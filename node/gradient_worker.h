#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace starling {

// One thread beside the node's own, for gradients that take long: the node goes on reading, mixing
// and sending.
//
// Threads   start() and poll() from one thread; the job runs on the worker, one at a time; `wake`
// is called from it.
class GradientWorker {
 public:
  explicit GradientWorker(std::function<void()> wake) : wake_(std::move(wake)) {}
  ~GradientWorker() { stop(); }

  // Waits for the job under way; none is taken afterwards.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  void start(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      job_ = std::move(job);
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_one();
  }
  // Whether the job has ended since it was last asked.
  bool poll() {
    const std::lock_guard lock(mutex_);
    return std::exchange(ended_, false);
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stop_ || job_; });
      if (!job_) return;
      auto job = std::move(*job_);
      job_.reset();
      lock.unlock();
      job();
      lock.lock();
      ended_ = true;
      lock.unlock();
      wake_();
      lock.lock();
    }
  }

  std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::function<void()>> job_;
  bool stop_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace starling
