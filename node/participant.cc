#include "node/participant.h"

#include <csignal>
#include <sstream>

#include "consensus/chunks.h"
#include "node/error.h"
#include "node/rounds.h"
#include "node/switching.h"

namespace starling {

using std::chrono::milliseconds;

namespace {

Instant seconds(double s) {
  return std::chrono::duration_cast<Instant>(std::chrono::duration<double>(s));
}

std::string list(const std::vector<NodeId>& nodes) {
  std::string text = nodes.size() == 1 ? "node " : "nodes ";
  for (std::size_t i = 0; i < nodes.size(); ++i) text += (i ? ", " : "") + std::to_string(nodes[i]);
  return text;
}

// DONE's status where all nodes agreed to fail at the same step: no loss of a node.
constexpr const char* kFailedTogether = "failed together";

// Thrown to leave the round when a neighbor's DONE decides.
struct Adopted {};

}  // namespace

Participant::Participant(ParticipantOptions options, Facts& facts, Network& network, Pump& pump,
                         Transport& transport, Pool& pool)
    : options_(std::move(options)),
      facts_(facts),
      network_(network),
      pump_(pump),
      transport_(transport),
      pool_(pool) {}

double Participant::elapsed() const {
  return std::chrono::duration<double>(transport_.now() - began_).count();
}

// --- joining
Agreement Participant::join(const Constants& own) {
  own_ = own;
  const NodeId nodes = facts_.graph().nodes();
  auto lock = pump_.lock();
  began_ = transport_.now();
  facts_.merge_samples(options_.self, options_.samples);
  network_.start();
  std::optional<std::uint64_t> prepared_view;
  Mixing mixing;
  for (;;) {
    network_.pump(prepared_view || nodes > 1 ? milliseconds(50) : milliseconds(0));
    hear(false);
    if (options_.signal && *options_.signal)
      throw LostError("stopped by a signal before the start");
    if (elapsed() > options_.start_limit_s)
      throw LostError("start_limit of " + std::to_string(static_cast<int>(options_.start_limit_s)) +
                      " s is over: " + describe_missing());
    std::vector<double> samples;
    for (NodeId i = 0; i < nodes && facts_.samples(i) > 0; ++i)
      samples.push_back(static_cast<double>(facts_.samples(i)));
    if (!facts_.complete() || !in_sessions() || samples.size() < nodes) continue;
    const std::uint64_t view = facts_.view();
    if (prepared_view != view) {
      const std::uint64_t age = facts_.age();
      lock.unlock();  // a large spectrum takes a while: the stand-in beats
      mixing = make_mixing(options_.settings, facts_.graph(), options_.schedule, samples);
      const NodeRecord record = propose(options_.settings, mixing, own, options_.self);
      lock = pump_.lock();
      facts_.merge_prepared(options_.self, {view, age, record});
      network_.expect_view(view);
      network_.facts_changed();
      network_.flush();
      prepared_view = view;
    }
    std::vector<NodeRecord> records;
    for (NodeId i = 0; i < nodes; ++i)
      if (facts_.prepared(i) && facts_.prepared(i)->view == view)
        records.push_back(facts_.prepared(i)->record);
    if (records.size() < nodes) continue;
    network_.begin_view(view);
    facts_.begin_run();
    return agree(options_.settings, std::move(mixing), records);
  }
}

// The edge to a neighbor that was started again counts as up until its new life is met. Who agreed
// on a view with such an edge in it could begin while others still see it change.
bool Participant::in_sessions() const {
  const auto neighbors = facts_.required().neighbors(options_.self);
  return std::all_of(neighbors.begin(), neighbors.end(),
                     [&](NodeId j) { return network_.in_session(j); });
}

std::string Participant::describe_missing() const {
  const auto reached = facts_.component(options_.self);
  std::vector<NodeId> missing;
  for (NodeId i = 0; i < reached.size(); ++i)
    if (!reached[i]) missing.push_back(i);
  if (missing.empty()) return "not every node has agreed on the start" + describe_undecided();
  std::string text = list(missing) + (missing.size() == 1 ? " is missing" : " are missing");
  for (NodeId j : facts_.graph().neighbors(options_.self))
    if (!reached[j] && !network_.why_down(j).empty())
      text += "; last from node " + std::to_string(j) + ": " + network_.why_down(j);
  return text;
}

// All are here, and yet: which links are down, or whose record for this view is missing.
std::string Participant::describe_undecided() const {
  std::string edges;
  for (std::size_t e = 0; e < facts_.edges().size(); ++e)
    if (!facts_.edge(e).up()) {
      const auto [u, v] = facts_.edges()[e];
      edges += (edges.empty() ? "" : ", ") + std::to_string(u) + "-" + std::to_string(v);
    }
  if (!edges.empty()) return "; down: " + edges;
  std::vector<NodeId> silent;
  for (NodeId i = 0; i < facts_.graph().nodes(); ++i)
    if (!facts_.prepared(i) || facts_.prepared(i)->view != facts_.view()) silent.push_back(i);
  return silent.empty() ? "" : "; no word yet from " + list(silent);
}

// --- what comes in besides data
void Participant::hear(bool running) {
  const NetworkNews news = network_.take_news();
  if (news.refusal) throw ConfigError(news.refusal->reason);
  if (news.done && news.done->code == 2) throw ConfigError(news.done->reason);
  if (news.done && news.done->code == 4) throw LostError(news.done->reason);
  if (news.done && news.done->code != 0 && news.done->code != 3 &&
      news.done->status != kFailedTogether) {
    throw LostError("lost node " + std::to_string(news.done_from) + " at step " +
                    std::to_string(step_) + ": " + news.done->reason);
  }
  if (news.done) adopted_ = *news.done;
  if (running) check_lost();
}

void Participant::check_lost() {
  if (facts_.complete()) return;
  const Instant now = transport_.now();
  if (!lost_since_) lost_since_ = now;
  const auto component = facts_.component(options_.self);
  const bool apart = std::find(component.begin(), component.end(), false) != component.end();
  // A moment for the other ends: does the edge only, or a whole node fail?
  if (!apart && now - *lost_since_ < seconds(options_.grace_s / 2)) return;
  if (adopted_) throw Adopted{};
  throw LostError(describe_lost(component));
}

std::string Participant::describe_lost(const std::vector<bool>& component) const {
  std::vector<NodeId> lost, behind;
  Cause cause = Cause::none;
  std::string edges;
  for (std::size_t e = 0; e < facts_.edges().size(); ++e) {
    const auto [u, v] = facts_.edges()[e];
    if (facts_.holds(e) || !facts_.required().adjacent(u, v)) continue;
    cause = std::max(cause, facts_.edge(e).cause);
    edges += (edges.empty() ? "" : ", ") + std::to_string(u) + "-" + std::to_string(v);
  }
  // Those that touch our component are lost; what lies behind them cannot be judged from here.
  for (NodeId i = 0; i < component.size(); ++i) {
    if (component[i]) continue;
    const auto around = facts_.required().neighbors(i);
    const bool touches =
        std::any_of(around.begin(), around.end(), [&](NodeId j) { return component[j]; });
    (touches ? lost : behind).push_back(i);
  }
  std::string text = lost.empty() ? "lost the link " + edges : "lost " + list(lost);
  text += " at step " + std::to_string(step_) + ": " + std::string(describe(cause));
  if (!behind.empty()) text += " (and with it the way to " + list(behind) + ")";
  return text;
}

// --- running
template <class Real>
ParticipantResult Participant::run(const Agreement& agreement, Objective& objective,
                                   const std::function<void(const ParticipantReport&)>& report,
                                   const std::function<void(Peer<Real>&)>& deliver) {
  const Settings& settings = options_.settings;
  const std::size_t chunk = Chunks::of(objective.dimension(), settings.chunk, sizeof(Real)).length;
  const bool relative = settings.stop.relative_error > 0;
  ParticipantResult result;
  bool abandon = false;
  Instant last_step = transport_.now();
  std::shared_ptr<const PlannedSwitch> switched;
  std::function<std::shared_ptr<const PlannedSwitch>()> runner_switched;
  const auto before_step = [&](std::uint64_t step) {
    if (options_.kill_at && *options_.kill_at == step) std::raise(SIGKILL);
    const Instant now = transport_.now();
    if (step > 0)
      result.step_seconds.push_back(std::chrono::duration<double>(now - last_step).count());
    last_step = now;
    step_ = step;
    if (switched != runner_switched()) {
      switched = runner_switched();
      result.switches.push_back({step, switched->what, switched->agreement.mix.contraction});
      options_.say("switched at step " + std::to_string(step) + " to " + switched->what);
    }
  };
  Rounds<Real> rounds(settings, agreement, options_.self, objective, network_, pump_, transport_,
                      pool_);
  Peer<Real> peer(agreement, objective.dimension(), chunk, pool_, rounds);
  rounds.bind(peer);
  Switching switching({settings, options_.self, own_, options_.switch_file, options_.say},
                      agreement, facts_, network_);
  Runner<Real> runner(
      settings, agreement, options_.self, peer,
      relative && objective.has_optimum() ? objective.optimum() : std::vector<double>{},
      before_step);
  runner_switched = [&] { return runner.switched(); };
  runner.plan_switches([&](bool taken) { return switching.next(taken); });
  // However this ends: the stand-in sends nothing of ours once peer and rounds go.
  struct Detach {
    Rounds<Real>& rounds;
    ~Detach() { rounds.detach(); }
  } const detach{rounds};
  Instant waiting_since = last_step;
  std::optional<NodeId> waiting_for;
  std::uint64_t reported_step = UINT64_MAX, data_bytes = 0, control_bytes = 0;
  Instant reported_at{0};
  const auto tell = [&] {
    ParticipantReport now{runner.progress(),
                          elapsed(),
                          data_bytes,
                          control_bytes,
                          peer.gossip_steps(),
                          waiting_for,
                          std::chrono::duration<double>(transport_.now() - waiting_since).count(),
                          runner.mismatches(),
                          runner.estimate()};
    now.progress.step = step_;
    report(now);
    reported_step = step_;
    reported_at = transport_.now();
  };
  try {
    while (!runner.ended()) {
      runner.advance();
      if (step_ != reported_step || transport_.now() - reported_at > milliseconds(200)) tell();
      if (options_.signal && *options_.signal) runner.wish(Ride::kWishStop);
      if (settings.stop.seconds > 0 && elapsed() > settings.stop.seconds)
        runner.wish(Ride::kWishBudget);
      if (runner.ended()) break;
      auto lock = pump_.lock();
      switching.look(lock, transport_.now());
      data_bytes = network_.data_bytes();
      control_bytes = network_.control_bytes();
      if (rounds.advance()) {
        waiting_for.reset();
        continue;
      }
      const Link* missing = rounds.waiting_for();
      if (!missing || waiting_for != missing->peer()) waiting_since = transport_.now();
      waiting_for = missing ? std::optional(missing->peer()) : std::nullopt;
      BeatBody beat;
      beat.step = step_;
      beat.waiting_for = waiting_for;
      beat.waiting_s =
          waiting_for ? std::chrono::duration<double>(transport_.now() - waiting_since).count() : 0;
      beat.computing_s = rounds.computing()
                             ? std::chrono::duration<double>(transport_.now() - last_step).count()
                             : 0;
      network_.announce(beat);
      network_.pump(milliseconds(100));
      hear(true);
      rounds.advance();
    }
    result.status = runner.status();
    result.steps = runner.progress().step;
    if (result.status == RunStatus::failed)
      result.reason = runner.mismatches().empty() || !runner.unmended()
                          ? "diverged: a value is no longer finite; is the step size too large?"
                          : runner.mismatches().back().what;
  } catch (const Adopted&) {
    abandon = true;
    result.status = status_of(adopted_->status);
    result.steps = step_;
    result.reason = adopted_->reason;
  }
  result.wall_seconds = elapsed();
  result.gossip_steps = peer.gossip_steps();
  result.progress = runner.progress();
  result.mixing = runner.mixing();
  deliver(peer);
  {
    auto lock = pump_.lock();
    const int code = result.status == RunStatus::budget   ? 3
                     : result.status == RunStatus::failed ? 1
                                                          : 0;
    const std::string word(code == 1 ? kFailedTogether : to_string(result.status));
    network_.finish({result.steps, code, word, result.reason}, abandon);
    while (!network_.finished()) {
      network_.pump(milliseconds(50));
      rounds.advance();
    }
    result.bytes_sent = network_.data_bytes();
    result.control_bytes_sent = network_.control_bytes();
  }
  return result;
}

template ParticipantResult Participant::run<float>(
    const Agreement&, Objective&, const std::function<void(const ParticipantReport&)>&,
    const std::function<void(Peer<float>&)>&);
template ParticipantResult Participant::run<double>(
    const Agreement&, Objective&, const std::function<void(const ParticipantReport&)>&,
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
