#include "node/participant.h"

#include "node/error.h"
#include "node/view_run.h"

namespace starling {

using std::chrono::milliseconds;

Participant::Participant(ParticipantOptions options, Facts& facts, Network& network, Pump& pump,
                         Transport& transport, Pool& pool)
    : options_(std::move(options)),
      settings_(options_.settings),
      facts_(facts),
      network_(network),
      pump_(pump),
      transport_(transport),
      pool_(pool),
      membership_(options_, facts, network, pump, transport) {}

double Participant::elapsed() const {
  return std::chrono::duration<double>(transport_.now() - began_).count();
}

Objective& Participant::objective_in(const View& view) {
  return options_.adoption ? options_.adoption->objective(view.members) : *own_;
}

Membership::Begun Participant::agree() {
  return membership_.agree(
      settings_, [this](const View& view) { return constants_of(objective_in(view)); }, standing_);
}

Agreement Participant::join(Objective& own) {
  own_ = &own;
  {
    const auto lock = pump_.lock();
    began_ = transport_.now();
    network_.start();
  }
  try {
    if (options_.checkpoints) standing_.held = options_.checkpoints->held();
    Membership::Begun begun = agree();
    step_ = begun.step;
    take(begun);
    return std::move(begun.agreement);
  } catch (const DoneElsewhere& elsewhere) {
    throw LostError("the run has ended (" + elsewhere.done.status + " at step " +
                    std::to_string(elsewhere.done.step) + ") before this node was in it");
  }
}

// What the disk holds of the run that begins here.
void Participant::take(const Membership::Begun& begun) {
  if (!options_.checkpoints) return;
  if (begun.from) {
    Snapshot snapshot = options_.checkpoints->read(*begun.from);
    if (begun.exact) {
      options_.say("resuming at step " + std::to_string(begun.step) + ", exactly");
      resumed_ = std::move(snapshot);
    } else {
      options_.say("no checkpoint is common to all nodes: beginning at step " +
                   std::to_string(begun.step) + " with this node's model of step " +
                   std::to_string(begun.from->step));
      for (auto& state : snapshot.states)
        if (state.name == "x") standing_.model = std::move(state.values);
    }
  }
  options_.checkpoints->forget_after(begun.step);
}

// The program and its mixes are given up, x stays; then the members of the next view begin from it.
template <class Real>
std::unique_ptr<Participant::ViewRun<Real>> Participant::next_view(ViewRun<Real>& last,
                                                                   Course& course) {
  last.rounds().detach();
  standing_ = last.standing();
  const View before = membership_.view();
  auto [agreement, step, from, exact] = agree();
  course.gossip_steps += last.peer().gossip_steps();
  options_.say("from step " + std::to_string(step) + ": " + membership_.describe_change(before) +
               "; mixing_steps=" + std::to_string(agreement.mix.steps()) +
               " step_size=" + std::to_string(agreement.step_size));
  step_ = step;
  return std::make_unique<ViewRun<Real>>(*this, std::move(agreement), step, standing_.model,
                                         course);
}

template <class Real>
ParticipantResult Participant::run(const Agreement& agreement,
                                   const std::function<void(const ParticipantReport&)>& report,
                                   const std::function<void(Peer<Real>&)>& deliver) {
  Course course;
  course.last_step = transport_.now();
  ParticipantResult& result = course.result;
  auto view = std::make_unique<ViewRun<Real>>(*this, agreement, step_, standing_.model, course);
  bool abandon = false;
  try {
    while (!view->advance(report)) view = next_view<Real>(*view, course);
    result.status = view->runner().status();
    result.steps = view->runner().progress().step;
    if (result.status == RunStatus::failed) {
      const auto& mismatches = view->runner().mismatches();
      result.reason = mismatches.empty() || !view->runner().unmended()
                          ? "diverged: a value is no longer finite; is the step size too large?"
                          : mismatches.back().what;
    }
  } catch (const DoneElsewhere& elsewhere) {
    abandon = result.by_hearsay = true;
    result.status = status_of(elsewhere.done.status);
    result.steps = step_;
    result.reason = elsewhere.done.reason;
  }
  result.wall_seconds = elapsed();
  result.gossip_steps = course.gossip_steps + view->peer().gossip_steps();
  result.progress = view->runner().progress();
  result.mixing = view->runner().mixing();
  deliver(view->peer());
  if (options_.checkpoints && result.status == RunStatus::converged)
    options_.checkpoints->forget_all();  // the model is there
  say_done(*view, result, abandon);
  return result;
}

template <class Real>
void Participant::say_done(ViewRun<Real>& view, ParticipantResult& result, bool abandon) {
  const auto lock = pump_.lock();
  const int code = result.status == RunStatus::budget   ? 3
                   : result.status == RunStatus::failed ? 1
                                                        : 0;
  const std::string word(code == 1 ? kFailedTogether : to_string(result.status));
  network_.finish({result.steps, code, word, result.reason}, abandon);
  while (!network_.finished()) {
    network_.pump(milliseconds(50));
    view.rounds().advance();
  }
  result.bytes_sent = network_.data_bytes();
  result.control_bytes_sent = network_.control_bytes();
}

template ParticipantResult Participant::run<float>(
    const Agreement&, const std::function<void(const ParticipantReport&)>&,
    const std::function<void(Peer<float>&)>&);
template ParticipantResult Participant::run<double>(
    const Agreement&, const std::function<void(const ParticipantReport&)>&,
    const std::function<void(Peer<double>&)>&);

// --- leaving
void Participant::leave_failed(int code, const std::string& reason) {
  auto lock = pump_.lock();
  network_.finish({step_, code, "failed", reason}, true);
  const Instant began = transport_.now();  // a REFUSE or DONE on its way wants a moment, too
  while (transport_.now() < began + milliseconds(150) ||
         (!network_.finished() && transport_.now() < began + milliseconds(500)))
    network_.pump(milliseconds(20));
}

}  // namespace starling
