#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <vector>

#include "consensus/agreement.h"
#include "consensus/mixers/mixer.h"
#include "consensus/objectives/starling_objective.h"
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

// One mix: y[0] is filled by the program at the call; the host mixes `steps` gossip steps through
// the buffers in turn, y_k in y[k % size]. Two do on a static graph, where a neighbor's y_k in hand
// shows that it has used our y_{k-1}; on one that changes each y_k has its own.
template <class Real>
struct MixOperation : Operation<Real> {
  std::uint32_t stream = 0;  // the how-manieth mix of this view, the same on all nodes
  std::uint64_t round = 0;   // the gossip round it begins with: W_round is the first it uses
  int steps = 0;             // K; an empty vector may travel too, to let a ride settle
  // How it is mixed; null: only a ride settles. It outlives the mixing, not the operation.
  const MixPlan* plan = nullptr;
  std::vector<Vector<Real>> y;
  Ride* ride = nullptr;  // what rides along, or null

  // Of the plan: what multiplies the w_ij (0 without one), and the momentum of gossip step k.
  double scale() const { return plan ? plan->scale : 0; }
  double omega(std::uint32_t k) const {
    return plan && k < plan->omega.size() ? plan->omega[k] : 0;
  }
  Vector<Real>& at(std::uint32_t k) { return y[k % y.size()]; }  // y_k
};

// A gradient, or, where the objective takes them itself, the local steps from `at`: the result is
// where they end.
template <class Real>
struct GradientOperation : Operation<Real> {
  Vector<Real> at;                            // a copy of x: it may change the next moment
  Sampling sampling;                          // of which rows
  std::uint64_t draw;                         // the how-manieth mini-batch
  double value = 0;                           // f_i(at)
  std::optional<starling_local_steps> steps;  // but for their draw and scale
};

// f_i, or its mini-batch, and its gradient at operation.at, each multiplied by `scale`
// (agreement.h); or the local steps with f_i so multiplied.
template <class Real, class Function>
void evaluate(Function& objective, double scale, GradientOperation<Real>& operation) {
  const auto& [batch, seed] = operation.sampling;
  if (operation.steps) {
    operation.steps->batch = batch;
    operation.steps->seed = seed;
    operation.steps->step = operation.draw;
    operation.steps->scale = scale;
    operation.result = operation.at;
    operation.value = scale * objective.local_steps(*operation.steps, operation.result.data());
    return;
  }
  operation.value = batch == 0
                        ? objective.gradient(operation.at.data(), operation.result.data())
                        : objective.stochastic_gradient(operation.at.data(), seed, operation.draw,
                                                        batch, operation.result.data());
  if (scale == 1) return;
  operation.value *= scale;
  operation.result *= static_cast<Real>(scale);
}

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
  // Whether this node's objective takes the local steps itself.
  virtual bool objective_takes_steps() const { return false; }
};

}  // namespace starling
