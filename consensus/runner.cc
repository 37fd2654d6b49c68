#include "consensus/runner.h"

#include "consensus/aggregators/requirements.h"
#include "consensus/mismatch.h"

namespace starling {

namespace {

// Gossip rounds from round t on after which what any node holds has reached all.
int rounds_across(const Agreement& agreement, std::uint64_t t) {
  if (!agreement.schedule) return std::max<int>(static_cast<int>(agreement.diameter), 1);
  const std::uint64_t most = 1000 + 100 * std::uint64_t{agreement.matrix.graph.nodes()};
  const auto rounds = reach(*agreement.schedule, t, most);
  if (!rounds)
    throw SettingsError("shared.topology: within " + std::to_string(most) +
                        " rounds of this schedule some nodes do not hear of others");
  return std::max(static_cast<int>(*rounds), 1);
}

// Steps whose K-step mixes reach across the graph.
int steps_of_a_lap(int rounds, int steps) { return (rounds + steps - 1) / steps; }

}  // namespace

std::string_view to_string(RunStatus status) {
  switch (status) {
    case RunStatus::running:
      return "running";
    case RunStatus::converged:
      return "converged";
    case RunStatus::stopped:
      return "stopped";
    case RunStatus::budget:
      return "budget";
    case RunStatus::failed:
      return "failed";
    case RunStatus::left:
      return "left";
  }
  return "failed";
}

RunStatus status_of(std::string_view word) {
  for (const RunStatus status : {RunStatus::converged, RunStatus::stopped, RunStatus::budget})
    if (to_string(status) == word) return status;
  return RunStatus::failed;
}

template <class Real>
Runner<Real>::Runner(const Settings& settings, const Agreement& agreement, NodeId self,
                     Peer<Real>& peer, std::vector<double> optimum,
                     std::function<void(std::uint64_t)> before_step,
                     const AlgorithmEntry* algorithm, std::uint64_t first_step)
    : settings_(settings),
      agreement_(&agreement),
      self_(self),
      peer_(peer),
      optimum_(std::move(optimum)),
      before_step_(std::move(before_step)),
      algorithm_(algorithm ? algorithm : find_algorithm(settings.algorithm.kind)),
      interval_(agreement.spectrum),
      watch_(settings.seed, agreement.matrix.graph.nodes(), self),
      whole_(mixes_whole_vectors(settings)),
      watches_(!whole_ && algorithm_ && algorithm_->needs != GraphNeed::column_stochastic),
      first_step_(first_step),
      step_(first_step),
      lap_end_(first_step),
      kept_(first_step) {
  if (!algorithm_)
    throw SettingsError("shared.algorithm.kind = \"" + settings.algorithm.kind +
                        "\": no such algorithm");
  if (settings.stop.gradient_norm > 0 && relative())
    throw SettingsError(
        "shared.stop.gradient_norm and shared.stop.relative_error are both set: choose one target");
  if (relative()) {
    if (optimum_.size() != peer.dimension())
      throw SettingsError("shared.stop.relative_error: objective \"" + settings.objective.kind +
                          "\" knows no optimum; use shared.stop.gradient_norm");
    ride_.table.assign(agreement.matrix.graph.nodes(), -1);
  }
  peer_.state("x");
  peer_.begin_at(first_step);
  conductor_ = conduct();
  peer_.ready().push_back(conductor_.handle());
}

template <class Real>
void Runner<Real>::advance() {
  for (;;) {
    if (!peer_.ready().empty()) {
      const auto next = peer_.ready().front();
      peer_.ready().pop_front();
      next.resume();
      program_.rethrow();
      conductor_.rethrow();
    } else if (waiting_ && peer_.parked()) {
      std::exchange(waiting_, nullptr).resume();
      conductor_.rethrow();
    } else {
      return;
    }
  }
}

template <class Real>
Program Runner<Real>::conduct() {
  auto& stop = settings_.stop;
  const bool watched = stop.gradient_norm > 0;
  co_await begin_mixing();
  if (resumed_) restore();
  program_ = algorithm_->make(peer_);
  peer_.ready().push_back(program_.handle());
  for (; status_ == RunStatus::running; ++step_) {
    co_await Parked{*this};
    progress_.step = step_;
    if (relative()) keep_snapshot();
    if (relative()) {  // every step ends a lap of its own: the values settle before the next begins
      enter_lap();
      auto settling = peer_.settle(reach(), ride_);
      co_await settling;
      progress_.relative_error = relative_error();
      ride_.vote = progress_.relative_error <= stop.relative_error;
    }
    if (relative() || (step_ == lap_end_ && step_ > first_step_)) {
      const Agreement* before = agreement_;
      if (decide()) break;
      if (agreement_ != before)
        co_await begin_mixing();
      else if (watch_.breach() && co_await meet_mismatch())
        break;
      co_await Parked{*this};  // the algorithm may have begun again
    }
    if (step_ == stop.steps) {
      end(stop.has_target() ? RunStatus::budget : RunStatus::stopped);
      break;
    }
    if (!relative() && step_ == lap_end_) {
      keep_snapshot();
      if (watched) report_ = co_await look(peer_);
      enter_lap();
    }
    if (before_step_) before_step_(step_);
    peer_.attach_ride(&ride_);
    peer_.unpark(true);
  }
}

// At the start and after a switch: the spectrum, where the nodes are to find it themselves, and a
// new promise to be watched.
template <class Real>
Task<bool> Runner<Real>::begin_mixing() {
  interval_ = agreement_->spectrum;
  estimate_.reset();
  if (settings_.topology.spectrum == "gossip") {
    SpectrumEstimate found = co_await estimate_spectrum(peer_, self_, settings_.seed);
    estimate_ = std::move(found);
    tune(forced(settings_, estimate_->interval));
  }
  watch_.begin(peer_.plan(), agreement_->matrix.stationary[self_]);
  progress_.contraction_promised = promised();
  co_return true;
}

template <class Real>
MixingReport Runner<Real>::mixing() const {
  return {peer_.plan().steps(),
          peer_.start_step_size(),
          progress_.contraction_measured,
          promised(),
          interval_,
          mismatches_,
          estimate_,
          settings_.mixing.aggregator,
          settings_.mixing.tolerated,
          peer_.tallies()};
}

// Gossip steps after which what any node holds has reached all.
template <class Real>
int Runner<Real>::reach() const {
  if (!estimate_) return rounds_across(*agreement_, peer_.round());
  return std::max<int>(static_cast<int>(estimate_->diameter), 1);
}

template <class Real>
void Runner<Real>::tune(const Spectrum& interval) {
  interval_ = interval;
  peer_.tune(starling::tune(settings_, *agreement_, interval));
  peer_.recorder().clear();  // its mixes were made by another plan
}

// Returns whether the run ends. All nodes come here at the same step, with equal values.
template <class Real>
Task<bool> Runner<Real>::meet_mismatch() {
  const Watch::Breach breach = *watch_.breach();
  const bool know_graph = settings_.topology.spectrum == "edges" && !agreement_->schedule;
  const Finding finding = co_await look_closer(peer_, self_, ride_.probe, reach(), know_graph);
  std::string what = describe(breach, watch_.promised(), interval_, finding);
  std::optional<Spectrum> safe;
  if (finding.keeps_mean && !breach.one_sided && !agreement_->schedule)
    safe = safe_interval(interval_, finding);
  if (safe && settings_.mixing.on_mismatch == "safe") {
    try {
      tune(*safe);
    } catch (const SettingsError& error) {  // not within the gossip steps allowed
      safe.reset();
      what += "; " + std::string(error.what());
    }
  }
  if (!safe || settings_.mixing.on_mismatch == "stop") {
    mismatches_.push_back({step_, what});
    unmended_ = true;
    end(RunStatus::failed);
    co_return true;
  }
  lap_end_ = step_;
  watch_.begin(peer_.plan(), agreement_->matrix.stationary[self_]);
  progress_.contraction_promised = promised();
  what += "; from step " + std::to_string(step_) +
          " on the safe interval [-r, r], r = " + std::to_string(interval_.lambda_2());
  mismatches_.push_back({step_, what});
  program_ = Program();
  peer_.restart();
  program_ = algorithm_->make(peer_);
  peer_.ready().push_back(program_.handle());
  co_return false;
}

template <class Real>
void Runner<Real>::resume(Snapshot snapshot) {
  first_step_ = step_ = lap_end_ = kept_ = snapshot.step;
  resumed_ = std::move(snapshot);
}

template <class Real>
void Runner<Real>::restore() {
  Carrier carrier = Carrier::out_of(*resumed_);
  peer_.restore(*resumed_, carrier);
  carry(carrier);
  if (!carrier.all_taken())
    throw std::runtime_error("a snapshot of other scalars than this program's");
  resumed_.reset();
}

template <class Real>
void Runner<Real>::keep_snapshot() {
  if (!keep_ || switched_ || !mismatches_.empty() || step_ / every_ == kept_ / every_) return;
  kept_ = step_;
  Snapshot snapshot;
  snapshot.step = step_;
  Carrier carrier = Carrier::into(snapshot);
  peer_.save(snapshot, carrier);
  carry(carrier);
  keep_(snapshot);
}

template <class Real>
void Runner<Real>::carry(Carrier& carrier) {
  ride_.carry(carrier);
  watch_.carry(carrier);
  carrier(entered_value_, entered_disagreement_, start_distance_);
  carrier(progress_.objective, progress_.consensus_error, progress_.gradient_bound,
          progress_.relative_error);
}

// The values this node enters at a lap's first step.
template <class Real>
void Runner<Real>::enter_lap() {
  lap_steps_ = steps_of_a_lap(reach(), peer_.plan().steps());
  lap_end_ = step_ + static_cast<std::uint64_t>(lap_steps_);
  const bool watched = settings_.stop.gradient_norm > 0;
  ride_.vote = watched && report_.gradient_bound <= settings_.stop.gradient_norm;
  if (ride_.vote) voted_ = peer_.state("x");
  ride_.bound = watched ? report_.gradient_bound : -1;
  if (diverged()) wishes_ |= Ride::kWishDiverged;
  ride_.wishes = wishes_;
  std::fill(ride_.table.begin(), ride_.table.end(), -1.0);
  if (relative()) ride_.table[self_] = distance();
  const double disagreement = report_.change * report_.change;
  if (watches_) watch_.enter(ride_, relative() ? 1 : lap_steps_);
  entered_streams_ = peer_.streams();
  if (!settings_.mixing.robust() || std::isfinite(peer_.last_value())) {
    ride_.objective += peer_.last_value() - entered_value_;
    entered_value_ = peer_.last_value();
  }
  ride_.disagreement += disagreement - entered_disagreement_;
  entered_disagreement_ = disagreement;
  entered_switch_ = next_switch_ ? next_switch_(false) : nullptr;
  ride_.switch_least = ride_.switch_most = entered_switch_ ? entered_switch_->digest : 0;
}

// Under a robust rule one node's values are its own affair: the others refuse them and go on, until
// somebody hears more of the kind than may lie.
template <class Real>
bool Runner<Real>::diverged() const {
  if (settings_.mixing.robust()) return peer_.outnumbered();
  return !std::isfinite(peer_.last_value()) || std::isnan(report_.gradient_bound);
}

// At a lap's end that stops nothing: all are ready for the same switch, or it waits.
template <class Real>
void Runner<Real>::switch_over() {
  if (!entered_switch_ || step_ < entered_switch_->at_step) return;
  if (ride_.switch_least != entered_switch_->digest || ride_.switch_most != ride_.switch_least)
    return;
  switched_ = std::move(entered_switch_);
  agreement_ = &switched_->agreement;
  peer_.adopt(*agreement_);
  next_switch_(true);
}

// At a lap's end all nodes hold the same votes, wishes and bound.
template <class Real>
bool Runner<Real>::decide() {
  progress_.objective = ride_.objective;
  progress_.consensus_error = std::sqrt(std::max(ride_.disagreement, 0.0));
  progress_.gradient_bound = ride_.bound;
  // A program that mixed nothing in a whole lap is wrong, but not so its mixing.
  if (watches_ && peer_.streams() > entered_streams_) watch_.learn(ride_);
  progress_.contraction_measured = watch_.measured();
  if (ride_.vote) {
    if (voted_) {
      peer_.state("x").swap(*voted_);
      progress_.step = step_ - static_cast<std::uint64_t>(lap_steps_);
    }
    end(RunStatus::converged);
  } else if (ride_.wishes & Ride::kWishDiverged) {
    end(RunStatus::failed);
  } else if (ride_.wishes & Ride::kWishBudget) {
    end(settings_.stop.has_target() ? RunStatus::budget : RunStatus::stopped);
  } else if (ride_.wishes & Ride::kWishStop) {
    end(RunStatus::stopped);
  } else if (ride_.wishes & Ride::kWishLeave) {
    end(RunStatus::left);
  }
  voted_.reset();
  if (status_ == RunStatus::running) switch_over();
  return status_ != RunStatus::running;
}

template <class Real>
void Runner<Real>::end(RunStatus status) {
  status_ = status;
  peer_.unpark(false);
}

template <class Real>
double Runner<Real>::distance() const {
  const Vector<Real>& x = peer_.state("x");
  double sum = 0;
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const double difference = static_cast<double>(x[k]) - optimum_[static_cast<std::size_t>(k)];
    sum += difference * difference;
  }
  return sum;
}

// e = |X - 1 x*^T|_F / |X_0 - 1 x*^T|_F, rows weighted by pi: the catalogue's error measure.
template <class Real>
double Runner<Real>::relative_error() {
  double sum = 0;
  for (std::size_t i = 0; i < ride_.table.size(); ++i)
    sum += agreement_->matrix.stationary[i] * ride_.table[i];
  if (start_distance_ < 0) start_distance_ = sum;
  return start_distance_ > 0 ? std::sqrt(sum / start_distance_) : 0;
}

template class Runner<float>;
template class Runner<double>;

}  // namespace starling
