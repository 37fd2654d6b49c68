#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace starling {

// A function on a stack of its own, in the thread that resumes it: blocking code becomes one of
// many that take turns. It runs from resume() to the next suspend().
//
// Keeps     its stack, with a guard page below it; untouched pages cost nothing.
// Requires  when it is destroyed: never resumed, or done().
// Errors    what the function throws comes out of resume(). Exceptions being handled belong to the
//           fiber: others may throw and catch while it is suspended in a handler.
class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  void resume();
  // Within a fiber: back to who resumed it.
  static void suspend();
  bool done() const { return done_; }

 private:
  struct Context;
  static void enter();
  void run();
  void switch_out();

  std::function<void()> body_;
  std::unique_ptr<Context> context_;
  std::exception_ptr error_;
  bool done_ = false;
};

}  // namespace starling
