#include "node/view_run.h"

#include <csignal>
#include <cstring>

#include "consensus/chunks.h"
#include "node/error.h"

namespace starling {

using std::chrono::milliseconds;

namespace {

std::size_t chunk_of(const Settings& settings, const Objective& objective, std::size_t value) {
  return Chunks::of(objective.dimension(), settings.chunk, value).length;
}

std::vector<double> optimum_of(const Settings& settings, Objective& objective) {
  const bool known = settings.stop.relative_error > 0 && objective.has_optimum();
  return known ? objective.optimum() : std::vector<double>{};
}

}  // namespace

template <class Real>
Participant::ViewRun<Real>::ViewRun(Participant& node, Agreement agreed, std::uint64_t first_step,
                                    std::span<const std::byte> x, Course& course)
    : node_(node),
      course_(course),
      objective_(node.objective_in(node.membership_.view())),
      settings_(node.settings_),
      agreement_(std::move(agreed)),
      rounds_(settings_, agreement_, node.membership_.view(), node.options_.self, objective_,
              node.network_, node.pump_, node.pool_),
      peer_(agreement_, objective_.dimension(), chunk_of(settings_, objective_, sizeof(Real)),
            node.pool_, rounds_),
      runner_(
          settings_, agreement_, node.membership_.rank(), peer_, optimum_of(settings_, objective_),
          [this](std::uint64_t s) { before_step(s); }, nullptr, first_step) {
  rounds_.bind(peer_);
  Vector<Real>& mine = peer_.state("x");
  const std::size_t bytes = static_cast<std::size_t>(mine.size()) * sizeof(Real);
  if (!x.empty() && x.size() != bytes)
    throw ConfigError("a neighbor's model has " + std::to_string(x.size()) + " bytes, not " +
                      std::to_string(bytes));
  if (x.empty())
    objective_.initial(mine.data());
  else
    std::memcpy(mine.data(), x.data(), bytes);
  const auto resumed = std::exchange(node.resumed_, std::nullopt);
  if (resumed) runner_.resume(*resumed);
  keep_checkpoints();
  if (node.membership_.full()) {
    switching_.emplace(
        Switching::Options{settings_, node.options_.self, constants_of(objective_),
                           node.options_.switch_request, node.options_.rounding, node.options_.say},
        agreement_, node.facts_, node.network_, node.pump_);
    runner_.plan_switches([this](bool taken) {
      auto next = switching_->next(taken);
      if (taken) take_switch();
      return next;
    });
  }
  waiting_since_ = node.transport_.now();
  course.result.views.push_back({node.membership_.view().members, first_step});
  node.options_.begun({node.membership_.view(), agreement_, first_step,
                       std::as_bytes(std::span<const Real>(mine.data(), bytes / sizeof(Real))),
                       settings_, resumed ? &*resumed : nullptr});
}

// In a view of all: no other could be gone on from by all. Nodes are at most a diameter apart, so
// of those kept one is everybody's.
template <class Real>
void Participant::ViewRun<Real>::keep_checkpoints() {
  const std::uint64_t every = settings_.membership.checkpoint_every;
  if (!node_.options_.checkpoints || every == 0 || !node_.membership_.full()) return;
  const std::uint64_t apart =
      agreement_.diameter > 0 ? agreement_.diameter : node_.membership_.view().size();
  const auto keep = std::min<std::uint64_t>(2 + (apart + every - 1) / every, kMostHeld);
  runner_.keep_snapshots(
      every, [this, keep, view = node_.membership_.view().id](const Snapshot& snapshot) {
        node_.options_.checkpoints->write(snapshot, view, keep);
      });
}

template <class Real>
Standing Participant::ViewRun<Real>::standing() {
  const auto& x = peer_.state("x");
  const auto bytes =
      std::as_bytes(std::span<const Real>(x.data(), static_cast<std::size_t>(x.size())));
  return {true, node_.step_, {bytes.begin(), bytes.end()}, {}};
}

template <class Real>
void Participant::ViewRun<Real>::before_step(std::uint64_t step) {
  const auto& options = node_.options_;
  if (options.kill_at && *options.kill_at == step) std::raise(SIGKILL);
  const Instant now = node_.transport_.now();
  if (step > 0)
    course_.result.step_seconds.push_back(
        std::chrono::duration<double>(now - course_.last_step).count());
  course_.last_step = now;
  node_.step_ = step;
  node_.membership_.stands_at(step);
  if (node_.apart_ != options.apart.at(step)) {
    node_.apart_ = !node_.apart_;
    const auto lock = node_.pump_.lock();
    node_.network_.keep_apart(node_.apart_ ? options.apart.nodes : std::set<NodeId>{});
  }
  ModelDonor& donor = node_.membership_.donor();
  if (donor.wants_copy()) {
    const Standing here = standing();
    donor.keep(here.model, step, now);
  }
  if (node_.membership_.awaits(node_.membership_.view(), step)) throw Leave{};
}

// From here on it is one for all members: whoever breaks off before it makes it at the next start.
template <class Real>
void Participant::ViewRun<Real>::take_switch() {
  const std::shared_ptr<const PlannedSwitch>& made = runner_.switched();
  const std::uint64_t step = node_.step_ = runner_.progress().step;  // all of it is done
  node_.membership_.stands_at(step);
  node_.settings_ = switching_->settings();
  {
    const auto lock = node_.pump_.lock();
    node_.membership_.switched(switching_->made(), made->agreement);
  }
  course_.result.switches.push_back({step, made->what, made->agreement.mix.contraction, made});
  node_.options_.say("switched at step " + std::to_string(step) + " to " + made->what);
}

template <class Real>
void Participant::ViewRun<Real>::tell(const std::function<void(const ParticipantReport&)>& report) {
  const Instant now = node_.transport_.now();
  ParticipantReport told{runner_.progress(),
                         node_.elapsed(),
                         data_bytes_,
                         control_bytes_,
                         course_.gossip_steps + peer_.gossip_steps(),
                         waiting_for_,
                         std::chrono::duration<double>(now - waiting_since_).count(),
                         runner_.mismatches(),
                         runner_.estimate()};
  told.progress.step = node_.step_;
  report(told);
  reported_step_ = node_.step_;
  reported_at_ = now;
}

template <class Real>
BeatBody Participant::ViewRun<Real>::beat() {
  const Instant now = node_.transport_.now();
  const Link* missing = rounds_.waiting_for();
  if (!missing || waiting_for_ != missing->peer()) waiting_since_ = now;
  waiting_for_ = missing ? std::optional(missing->peer()) : std::nullopt;
  const auto since = [&](Instant then) {
    return std::chrono::duration<double>(now - then).count();
  };
  return {node_.step_, waiting_for_, waiting_for_ ? since(waiting_since_) : 0,
          rounds_.computing() ? since(course_.last_step) : 0};
}

template <class Real>
bool Participant::ViewRun<Real>::advance(
    const std::function<void(const ParticipantReport&)>& report) {
  const auto& options = node_.options_;
  const StopSettings& stop = settings_.stop;
  try {
    while (!over()) {
      runner_.advance();
      if (node_.step_ != reported_step_ ||
          node_.transport_.now() - reported_at_ > milliseconds(200))
        tell(report);
      if (options.signal && *options.signal)
        runner_.wish(leaves() && node_.membership_.may_leave() ? Ride::kWishLeave
                                                               : Ride::kWishStop);
      if (stop.seconds > 0 && node_.elapsed() > stop.seconds) runner_.wish(Ride::kWishBudget);
      if (over()) break;
      auto lock = node_.pump_.lock();
      if (switching_) switching_->look(lock, node_.transport_.now());
      data_bytes_ = node_.network_.data_bytes();
      control_bytes_ = node_.network_.control_bytes();
      if (rounds_.advance()) {
        waiting_for_.reset();
        continue;
      }
      node_.network_.announce(beat());
      node_.network_.pump(milliseconds(100));
      if (node_.membership_.changed()) return false;
      rounds_.advance();
    }
  } catch (const Leave&) {
    return false;
  }
  if (runner_.status() != RunStatus::left || leaves()) return true;
  node_.step_ = runner_.progress().step;  // all of it is done
  node_.membership_.part();
  return false;
}

// Where some leave, they and those who stay are done with this view once their neighbors have all
// they need to end the lap, too.
template <class Real>
bool Participant::ViewRun<Real>::over() {
  if (!runner_.ended()) return false;
  if (runner_.status() != RunStatus::left) return true;
  const auto lock = node_.pump_.lock();
  return node_.membership_.owes_nothing(peer_.streams());
}

template <class Real>
bool Participant::ViewRun<Real>::leaves() const {
  return node_.options_.signal && *node_.options_.signal == SIGTERM;
}

template class Participant::ViewRun<float>;
template class Participant::ViewRun<double>;

}  // namespace starling
