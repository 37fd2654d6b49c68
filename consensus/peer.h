#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/aggregators/robust_mix.h"
#include "consensus/agreement.h"
#include "consensus/contraction_recorder.h"
#include "consensus/pending.h"
#include "consensus/program.h"
#include "consensus/queue.h"
#include "consensus/snapshot.h"
#include "consensus/step_schedule.h"

namespace starling {

// What an algorithm may ask for; it knows no socket, clock or thread. One per node, on one thread.
//
// mix and gradient start at the call: v is evaluated then and may change the next moment. Every
// node starts its mixes in the same order, and awaits all mixes of a step before next_step().
template <class Real>
class Peer {
 public:
  Peer(const Agreement& agreement, std::uint64_t dimension, std::size_t chunk_values, Pool& pool,
       Host<Real>& host)
      : agreement_(&agreement),
        dimension_(dimension),
        chunk_(std::max<std::size_t>(chunk_values, 1)),
        pool_(pool),
        host_(host),
        step_size_(agreement.step_size) {}

  // --- for algorithms
  // A named vector of d values that outlives the step; zero at first use in a view, but for "x".
  Vector<Real>& state(std::string_view name) {
    return state(name, static_cast<Eigen::Index>(dimension_));
  }
  // The same of `size` values: what is mixed together may be longer than x.
  Vector<Real>& state(std::string_view name, Eigen::Index size);
  // True until the first next_step() of a view.
  bool fresh() const { return fresh_; }
  double start_step_size() const { return step_size_; }  // before any schedule
  // Of the step under way, as the schedule has it.
  Real step_size() const { return static_cast<Real>(exact_step_size()); }
  double exact_step_size() const {  // before it is rounded to Real
    const StepScheduleSettings& schedule = agreement_->step_schedule;
    return schedule.constant() ? step_size_ * schedule.scale
                               : step_size_ * step_factor(schedule, step_);
  }
  int local_steps() const { return agreement_->local_steps; }
  const Constants& constants() const { return agreement_->constants; }

  // v averaged over the graph by the configured mixer.
  template <class Expression>
  Pending<Real> mix(const Eigen::MatrixBase<Expression>& v) {
    return mix(v, plan().steps());
  }
  // The same over another number of gossip steps; on a static graph the mixer's plan is for its own
  // number only.
  template <class Expression>
  Pending<Real> mix(const Eigen::MatrixBase<Expression>& v, int steps);
  // grad f_i(v), of this node's objective; with mini-batches, of the next one.
  template <class Expression>
  Pending<Real> gradient(const Eigen::MatrixBase<Expression>& v) {
    return gradient(v, agreement_->sampling);
  }
  // grad f_i(v) over all rows, whatever is configured.
  template <class Expression>
  Pending<Real> full_gradient(const Eigen::MatrixBase<Expression>& v) {
    return gradient(v, Sampling{});
  }
  // Whether the objective takes the local steps itself: then they are one operation, from v, and
  // the vectors that `steps` names stand until it has ended. Draw and scale are filled in.
  bool objective_takes_steps() const { return host_.objective_takes_steps(); }
  template <class Expression>
  Pending<Real> local_steps(const Eigen::MatrixBase<Expression>& v,
                            const starling_local_steps& steps) {
    return gradient(v, agreement_->sampling, &steps);
  }
  // A scratch vector holding v.
  template <class Expression>
  Vector<Real> evaluate(const Eigen::MatrixBase<Expression>& v) {
    Vector<Real> result(pool_, v.size());
    result = v;
    return result;
  }
  // sum_k a_k b_k, in double and fixed order.
  double dot(const Vector<Real>& a, const Vector<Real>& b) const {
    return starling::dot(a.data(), b.data(), static_cast<std::size_t>(a.size()));
  }

  // Ends the step; false when all nodes have agreed to stop. Always returns to the executor.
  struct NextStep {
    Peer& peer;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> program) { peer.park(program); }
    bool await_resume() {
      peer.fresh_ = false;
      peer.rethrow_lost();
      return peer.go_;
    }
  };
  NextStep next_step() { return NextStep{*this}; }

  // --- for executors
  std::uint64_t dimension() const { return dimension_; }
  const Agreement& agreement() const { return *agreement_; }
  Pool& pool() { return pool_; }
  // A mix of nothing, `steps` gossip steps long: the ride settles on all nodes. plan: how its probe
  // is mixed meanwhile; null: not at all.
  Pending<Real> settle(int steps, Ride& ride, const MixPlan* plan = nullptr);
  // Before the first step, which is this one: mini-batches are not drawn twice in two views.
  void begin_at(std::uint64_t step) {
    step_ = step;
    draws_ = step * static_cast<std::uint64_t>(agreement_->local_steps);
  }
  // How mixes are made from here on: the agreement's plan, until tuned otherwise.
  const MixPlan& plan() const { return tuning_ ? tuning_->mix : agreement_->mix; }
  // The same on every node, at the same step, with no mix under way; the program reads its step
  // size when it begins.
  void tune(Tuning tuning);
  // Another agreement from here on, between two steps: states and programs stay, the rounds of a
  // schedule begin at 0. It outlives the peer or the next one.
  void adopt(const Agreement& agreement);
  // As a new view: x stays, every other state is zero, fresh() holds. The program is made anew.
  void restart();
  // Between two steps, with no mix under way: all that goes on from one to the other.
  void save(Snapshot& snapshot, Carrier& carrier);
  // Before the program is made, which then does not begin with fresh().
  // Errors    std::runtime_error where the snapshot is not of this program.
  void restore(const Snapshot& snapshot, Carrier& carrier);
  // The next mix carries this ride (the first of each step does).
  void attach_ride(Ride* ride) { ride_ = ride; }
  // The host calls this once the operation's result (and value) stands.
  void finish(MixOperation<Real>& operation);
  void finish(GradientOperation<Real>& operation);
  // The host calls this once no frame refers to the operation any more.
  void release(Operation<Real>& operation) { operation.held_by_host = false; }

  // Coroutines whose operation has finished, to be resumed by the executor's loop.
  Queue<std::coroutine_handle<>>& ready() { return ready_; }
  bool parked() const { return parked_ && open_mixes_ == 0; }
  void unpark(bool go) {
    go_ = go;
    ready_.push_back(std::exchange(parked_, nullptr));
  }

  // The first gossip round of the step under way, or, between steps, of the one to come. All mixes
  // of a step begin with it, so that what is mixed once a step sees the rounds in their order.
  std::uint64_t round() const { return round_; }

  struct StateVector {
    std::string name;
    Vector<Real> value;
  };
  std::deque<StateVector>& states() { return states_; }
  ContractionRecorder& recorder() { return recorder_; }
  // What a robust rule made of the neighbors' vectors so far; and whether in some step more of them
  // were refused than may lie.
  void account(const RobustMix<Real>& mix) { outnumbered_ = mix.account(tallies_) || outnumbered_; }
  const std::vector<NeighborTally>& tallies() const { return tallies_; }
  bool outnumbered() const { return outnumbered_; }
  double last_value() const { return last_value_; }  // f_i where the gradient was last taken
  std::uint64_t gossip_steps() const { return gossip_steps_; }  // exchanges one after the other
  std::uint32_t streams() const { return next_stream_; }

 private:
  template <class Expression>
  Pending<Real> gradient(const Eigen::MatrixBase<Expression>& v, const Sampling& sampling,
                         const starling_local_steps* steps = nullptr);
  void park(std::coroutine_handle<> program) {
    parked_ = program;
    if (fresh_ || std::exchange(restored_, false)) return;
    round_ += static_cast<std::uint64_t>(plan().steps());
    ++step_;
  }
  MixOperation<Real>& begin_mix(Eigen::Index size, int steps);
  void wake(Operation<Real>& operation);
  // The error of an operation nobody awaited: seen at the latest in next_step().
  void rethrow_lost();

  const Agreement* agreement_;
  std::uint64_t dimension_;
  std::size_t chunk_;
  Pool& pool_;
  Host<Real>& host_;
  double step_size_;
  std::shared_ptr<const Tuning> tuning_;
  std::deque<StateVector> states_;  // references to its elements stay valid
  std::vector<std::unique_ptr<MixOperation<Real>>> mixes_;
  std::vector<std::unique_ptr<GradientOperation<Real>>> gradients_;
  Queue<std::coroutine_handle<>> ready_;
  std::coroutine_handle<> parked_;
  bool fresh_ = true, go_ = true;
  bool restored_ = false;  // the program has not come to its first next_step() since
  Ride* ride_ = nullptr;
  std::uint32_t next_stream_ = 0;
  std::uint64_t round_ = 0;
  std::uint64_t step_ = 0;  // under way, or, between steps, to come
  int open_mixes_ = 0;
  std::uint64_t gossip_steps_ = 0;
  std::uint64_t draws_ = 0;  // mini-batches so far
  double last_value_ = 0;
  ContractionRecorder recorder_;
  std::vector<NeighborTally> tallies_;
  bool outnumbered_ = false;
};

// --- implementation
template <class Real>
Vector<Real>& Peer<Real>::state(std::string_view name, Eigen::Index size) {
  for (StateVector& state : states_)
    if (state.name == name) return state.value;
  states_.push_back({std::string(name), Vector<Real>(pool_, size)});
  states_.back().value.setZero();
  return states_.back().value;
}

template <class Real>
template <class Expression>
Pending<Real> Peer<Real>::mix(const Eigen::MatrixBase<Expression>& v, int steps) {
  MixOperation<Real>& operation = begin_mix(v.size(), steps);
  operation.plan = &plan();
  operation.ride = std::exchange(ride_, nullptr);
  Pending<Real> pending(operation);
  host_.start_mix(operation);
  // Chunk by chunk, so that the first leaves while the next is computed.
  const auto size = static_cast<std::size_t>(v.size());
  for (std::size_t begin = 0; begin < size; begin += chunk_) {
    const std::size_t count = std::min(chunk_, size - begin);
    const auto at = static_cast<Eigen::Index>(begin), length = static_cast<Eigen::Index>(count);
    operation.y[0].segment(at, length) = v.derived().segment(at, length);
    if (begin + count == size && steps == plan().steps())
      recorder_.before(operation.stream, std::span<const Real>(operation.y[0].data(), size));
    host_.filled(operation, begin + count);
  }
  return pending;
}

template <class Real>
template <class Expression>
Pending<Real> Peer<Real>::gradient(const Eigen::MatrixBase<Expression>& v, const Sampling& sampling,
                                   const starling_local_steps* steps) {
  GradientOperation<Real>* operation = nullptr;
  for (auto& old : gradients_)
    if (!old->held_by_program && !old->held_by_host && !old->error) operation = old.get();
  if (!operation) {
    gradients_.push_back(std::make_unique<GradientOperation<Real>>());
    operation = gradients_.back().get();
  }
  if (operation->at.size() != v.size()) operation->at = Vector<Real>(pool_, v.size());
  operation->at = v;
  operation->sampling = sampling;
  operation->steps = steps ? std::optional(*steps) : std::nullopt;
  if (sampling.batch > 0)
    operation->draw = std::exchange(draws_, draws_ + (steps ? steps->steps : 1));
  if (operation->result.size() != v.size()) operation->result = Vector<Real>(pool_, v.size());
  operation->finished = false;
  operation->error = nullptr;
  operation->held_by_host = true;
  Pending<Real> pending(*operation);
  host_.start_gradient(*operation);
  return pending;
}

template <class Real>
MixOperation<Real>& Peer<Real>::begin_mix(Eigen::Index size, int steps) {
  MixOperation<Real>* operation = nullptr;
  for (auto& old : mixes_)
    if (!old->held_by_program && !old->held_by_host && !old->error) operation = old.get();
  if (!operation) {
    mixes_.push_back(std::make_unique<MixOperation<Real>>());
    operation = mixes_.back().get();
  }
  operation->stream = next_stream_++;
  operation->round = round_;
  operation->steps = steps;
  operation->plan = nullptr;
  operation->ride = nullptr;
  operation->y.resize(agreement_->schedule ? static_cast<std::size_t>(steps) + 1 : 2);
  for (auto& y : operation->y)
    if (y.size() != size) y = Vector<Real>(pool_, size);
  operation->result = Vector<Real>();
  operation->finished = false;
  operation->error = nullptr;
  operation->held_by_host = true;
  // Vectors only: a settling ride is no exchange of what is averaged.
  if (open_mixes_++ == 0 && size > 0 && agreement_->matrix.graph.nodes() > 1)
    gossip_steps_ += static_cast<std::uint64_t>(steps);
  return *operation;
}

template <class Real>
void Peer<Real>::tune(Tuning tuning) {
  step_size_ = tuning.step_size;
  tuning_ = std::make_shared<const Tuning>(std::move(tuning));
}

template <class Real>
void Peer<Real>::adopt(const Agreement& agreement) {
  agreement_ = &agreement;
  tuning_.reset();
  step_size_ = agreement.step_size;
  round_ = 0;
  recorder_.clear();
}

template <class Real>
void Peer<Real>::restart() {
  parked_ = nullptr;
  fresh_ = true;
  for (StateVector& state : states_)
    if (state.name != "x") state.value.setZero();
}

template <class Real>
void Peer<Real>::save(Snapshot& snapshot, Carrier& carrier) {
  carrier(round_, step_, gossip_steps_, draws_, last_value_);
  for (const StateVector& state : states_) {
    const auto bytes =
        std::as_bytes(std::span(state.value.data(), static_cast<std::size_t>(state.value.size())));
    snapshot.states.push_back({state.name, {bytes.begin(), bytes.end()}});
  }
}

template <class Real>
void Peer<Real>::restore(const Snapshot& snapshot, Carrier& carrier) {
  carrier(round_, step_, gossip_steps_, draws_, last_value_);
  for (const Snapshot::State& saved : snapshot.states) {
    const std::size_t size = saved.values.size() / sizeof(Real);
    auto& mine = state(saved.name, static_cast<Eigen::Index>(size));
    if (static_cast<std::size_t>(mine.size()) != size)
      throw std::runtime_error("a snapshot whose \"" + saved.name + "\" has " +
                               std::to_string(size) + " values, not " +
                               std::to_string(mine.size()));
    std::memcpy(mine.data(), saved.values.data(), saved.values.size());
  }
  fresh_ = false;
  restored_ = true;
}

template <class Real>
Pending<Real> Peer<Real>::settle(int steps, Ride& ride, const MixPlan* plan) {
  MixOperation<Real>& operation = begin_mix(0, steps);
  operation.plan = plan;
  operation.ride = &ride;
  Pending<Real> pending(operation);
  host_.start_mix(operation);
  host_.filled(operation, 0);
  return pending;
}

template <class Real>
void Peer<Real>::finish(MixOperation<Real>& operation) {
  --open_mixes_;
  const auto size = static_cast<std::size_t>(operation.result.size());
  recorder_.after(operation.stream, std::span<const Real>(operation.result.data(), size));
  wake(operation);
}

template <class Real>
void Peer<Real>::finish(GradientOperation<Real>& operation) {
  last_value_ = operation.value;
  operation.held_by_host = false;
  wake(operation);
}

template <class Real>
void Peer<Real>::wake(Operation<Real>& operation) {
  operation.finished = true;
  if (operation.waiter) ready_.push_back(std::exchange(operation.waiter, nullptr));
}

template <class Real>
void Peer<Real>::rethrow_lost() {
  const auto look = [](const auto& operations) {
    for (const auto& operation : operations)
      if (operation->error && !operation->held_by_program)
        std::rethrow_exception(std::exchange(operation->error, nullptr));
  };
  look(mixes_);
  look(gradients_);
}

}  // namespace starling
