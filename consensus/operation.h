#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>

#include "consensus/mixers/mixer.h"
#include "consensus/ride.h"
#include "consensus/vector.h"

namespace starling {

// What an algorithm began and may await: a mix or a gradient. Buffers belong to it, so it outlives
// the program that began it; it is used again when neither the program nor the executor holds it.
template <class Real>
struct Operation {
  Vector<Real> result;  // stands once finished
  bool finished = false;
  std::exception_ptr error;        // rethrown at the co_await
  std::coroutine_handle<> waiter;  // who awaits it
  bool held_by_program = false;
  bool held_by_host = false;
};

// One mix: y[0] is filled by the program at the call; the host mixes `steps` gossip steps between
// y[0] and y[1].
template <class Real>
struct MixOperation : Operation<Real> {
  std::uint32_t stream = 0;  // the how-manieth mix of this view, the same on all nodes
  int steps = 0;             // K; an empty vector may travel too, to let a ride settle
  // How it is mixed; null: only a ride settles. It outlives the mixing, not the operation.
  const MixPlan* plan = nullptr;
  Vector<Real> y[2];
  Ride* ride = nullptr;  // what rides along, or null
};

template <class Real>
struct GradientOperation : Operation<Real> {
  Vector<Real> at;   // a copy of x: it may change the next moment
  double value = 0;  // f_i(at)
};

// What an executor gives one peer. All calls come from the thread that runs the program.
template <class Real>
class Host {
 public:
  virtual ~Host() = default;
  // y[0] is allocated and about to be filled in ascending order.
  virtual void start_mix(MixOperation<Real>& operation) = 0;
  // The first `count` values of y[0] stand.
  virtual void filled(MixOperation<Real>& operation, std::size_t count) = 0;
  // Evaluates operation.value and operation.result at operation.at; may finish it before returning.
  virtual void start_gradient(GradientOperation<Real>& operation) = 0;
};

}  // namespace starling
