#pragma once

#include <utility>

#include "consensus/operation.h"

namespace starling {

// An operation under way. Await it once it is needed; its value lives as long as the Pending.
//   x = co_await self.mix(v);                 swaps pointers, copies nothing
//   auto mixing = self.mix(v); ...; const auto& mixed = co_await mixing;
template <class Real>
class [[nodiscard]] Pending {
 public:
  explicit Pending(Operation<Real>& operation) : operation_(&operation) {
    operation.held_by_program = true;
  }
  Pending(Pending&& other) noexcept : operation_(std::exchange(other.operation_, nullptr)) {}
  Pending& operator=(Pending&&) = delete;
  ~Pending() {
    if (!operation_) return;
    operation_->held_by_program = false;
    operation_->waiter = nullptr;
  }

  bool await_ready() const { return operation_->finished; }
  void await_suspend(std::coroutine_handle<> waiter) { operation_->waiter = waiter; }
  Vector<Real>&& await_resume() {
    if (operation_->error) std::rethrow_exception(std::exchange(operation_->error, nullptr));
    return std::move(operation_->result);
  }
  const Operation<Real>& operation() const { return *operation_; }

 private:
  Operation<Real>* operation_;
};

}  // namespace starling
