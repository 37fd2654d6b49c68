#pragma once

#include <chrono>
#include <functional>

namespace starling {

// Where a node computes its gradients and robust rules: on a thread beside its own, or, in a
// simulation, in place and for a while of virtual time.
//
// Threads   one.
class GradientExecutor {
 public:
  using Duration = std::chrono::steady_clock::duration;
  virtual ~GradientExecutor() = default;
  // Whether the job is done already; otherwise poll() will tell. `took` is what the last job of
  // its kind took, 0 before any, and is kept up to date. Requires  none under way.
  virtual bool start(std::function<void()> job, Duration& took) = 0;
  // Whether the job under way has ended since it was last asked.
  virtual bool poll() = 0;
  // Waits for the job under way, whose end is not told any more.
  virtual void wait() = 0;
};

}  // namespace starling
