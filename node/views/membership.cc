#include "node/views/membership.h"

#include "consensus/aggregators/requirements.h"
#include "node/config/switch_plan.h"
#include "node/error.h"
#include "node/setup/configured_graph.h"

namespace starling {

using std::chrono::milliseconds;

Membership::Membership(const ParticipantOptions& options, Facts& facts, Network& network,
                       Pump& pump, Transport& transport)
    : options_(options),
      facts_(facts),
      nodes_(facts.graph().nodes()),
      network_(network),
      pump_(pump),
      transport_(transport),
      schedule_(options.schedule) {}

void Membership::hear() {
  NetworkNews news = network_.take_news();
  const Instant now = transport_.now();
  if (news.refusal) throw ConfigError(news.refusal->reason);
  if (news.done && news.done->code == 2) throw ConfigError(news.done->reason);
  if (news.done && news.done->code == 4) throw LostError(news.done->reason);
  if (news.done && news.done->code == 1 && news.done->status != kFailedTogether)
    throw LostError("lost node " + std::to_string(news.done_from) + ": " + news.done->reason);
  if (news.done) done_ = *news.done;
  for (const auto& ask : news.asks) donor_.asked(ask, now);
  if (news.part) fetch_.take(*news.part, network_, now);
}

Membership::Begun Membership::agree(Settings& settings, const ConstantsIn& own, Standing& mine) {
  auto lock = pump_.lock();
  waits_since_ = transport_.now();
  begun_ = mine.begun;
  step_ = mine.step;
  facts_.merge_samples(options_.self, options_.samples);
  network_.facts_changed();
  Mixing mixing;
  std::optional<std::uint64_t> prepared;
  View view = facts_.view(options_.self);
  std::uint64_t known = facts_.generation();
  for (bool first = true;; first = false) {
    network_.pump(milliseconds(first || nodes_ == 1 ? 0 : 50));
    hear();
    catch_up(settings);
    const bool fetching = !mine.begun && !fetched(mine);
    if (donor_.wants_copy() && mine.begun) donor_.keep(mine.model, mine.step, transport_.now());
    donor_.serve(network_);
    if (mine.begun) heal(view);
    if (std::exchange(known, facts_.generation()) != known) view = facts_.view(options_.self);
    parting_ &= view.id == running_;
    // Whoever broke off because a neighbor is done, or cannot go on without it, stops with it.
    if (done_ && mine.begun) throw DoneElsewhere{*done_};
    check_deadlines(mine, view);
    if (fetching || parting_ || !in_sessions(view) || samples_of(view).empty() ||
        !may_prepare(view))
      continue;
    if (prepared != view.id) {
      prepare(lock, settings, own, mine, view, mixing);
      prepared = view.id;
    }
    const auto records = records_of(view);
    if (records.empty() || !may_begin(view, records)) continue;
    return begin(settings, view, records, std::move(mixing));
  }
}

// A node that joins takes the model of its lowest neighbor that has one.
bool Membership::fetched(Standing& mine) {
  fetch_.look(network_, transport_.now());
  if (!fetch_.whole()) return !network_.donor();
  mine = {true, fetch_.step(), fetch_.model(), {}};
  begun_ = true;
  step_ = mine.step;
  options_.say("joining with a neighbor's model of step " + std::to_string(mine.step));
  network_.has_model();
  return true;
}

// A switch that others have made while this node was away, or broke off before it: no view begins
// on two graphs.
void Membership::catch_up(Settings& settings) {
  const Proposal& made = facts_.in_force();
  if (made.sequence <= facts_.applied()) return;
  settings = switched_settings(settings, made.text);
  ConfiguredTopology topology = configured_topology(settings.topology);
  schedule_ = std::move(topology.schedule);
  facts_.add_edges(topology.graph);
  network_.prepare(topology.graph);
  facts_.require(topology.graph);
  facts_.apply(made.sequence);
}

// Graph and sequence change at one moment. What the facts said before and nobody looked at yet is
// of the graph that was, but for edges of this one that have failed since all were ready. Members
// that broke off over it hear of the switch, and prepare the very view that stands here: changed().
void Membership::switched(const Proposal& made, const Agreement& agreement) {
  const Graph& graph = agreement.matrix.graph;
  for (const Edge& edge : graph.edge_list()) {
    const EdgeFact& fact = facts_.edge(facts_.edge_index(edge.u, edge.v));
    switched_onto_dead_ |= !fact.up() && fact.cause != Cause::left;
  }
  schedule_ = agreement.schedule;
  facts_.require(graph);
  facts_.apply(made.sequence);
  view_ = facts_.view_with_leavers(options_.self, began_with_);
  generation_ = facts_.generation();
  if (facts_.merge_in_force(made)) network_.facts_changed();
}

// The edge to a neighbor that was started again counts as up until its new life is met. Who agreed
// on a view with such an edge in it could begin while others still see it change; and who was
// started again could prepare the very view that its former life prepared otherwise
// (docs/protocol.md).
bool Membership::in_sessions(const View& view) const {
  const auto neighbors = view.graph.neighbors(view.rank(options_.self));
  return std::all_of(neighbors.begin(), neighbors.end(),
                     [&](NodeId rank) { return network_.in_session(view.members[rank]); });
}

// By rank; empty: not all are known yet.
std::vector<double> Membership::samples_of(const View& view) const {
  if (options_.adoption) return options_.adoption->samples(view.members);
  std::vector<double> samples;
  for (const NodeId i : view.members) {
    if (facts_.samples(i) == 0) return {};
    samples.push_back(static_cast<double>(facts_.samples(i)));
  }
  return samples;
}

void Membership::prepare(std::unique_lock<std::mutex>& lock, const Settings& settings,
                         const ConstantsIn& own, const Standing& mine, const View& view,
                         Mixing& mixing) {
  const std::uint64_t age = facts_.age();
  const std::vector<double> samples = samples_of(view);
  lock.unlock();  // a large spectrum takes a while: the stand-in beats
  NodeRecord record;
  const bool may = needs_whole_graph() ? whole_graph(view) : true;
  if (may) {
    mixing = make_mixing(settings, view.graph, schedule_, samples);
    record =
        rounded(propose(settings, mixing, own(view), view.rank(options_.self)), options_.rounding);
  }
  lock = pump_.lock();
  facts_.merge_prepared(options_.self, {view.id, age, mine.step, mine.begun, record,
                                        mine.begun ? std::vector<HeldSnapshot>{} : mine.held});
  network_.expect_view(view.id);
  network_.facts_changed();
  network_.flush();
}

// By rank; empty: not all are known yet.
std::vector<Prepared> Membership::records_of(const View& view) const {
  std::vector<Prepared> records;
  for (const NodeId i : view.members) {
    if (!facts_.prepared(i) || facts_.prepared(i)->view != view.id) return {};
    records.push_back(*facts_.prepared(i));
  }
  return records;
}

Membership::Begun Membership::begin(const Settings& settings, const View& view,
                                    const std::vector<Prepared>& records, Mixing mixing) {
  Begun begun;
  std::vector<NodeRecord> numbers;
  for (const Prepared& record : records) {
    begun.step = std::max(begun.step, record.step);
    numbers.push_back(record.record);
  }
  resume(begun, view, records);
  begun.agreement = starling::agree(settings, std::move(mixing), numbers);
  network_.begin_view(view.id);
  view_ = view;
  running_ = view.id;
  began_with_ = facts_.counters();
  generation_ = facts_.generation();
  switched_onto_dead_ = false;
  return begun;
}

// All were stopped: there is no model of the run but on the disks.
void Membership::resume(Begun& begun, const View& view,
                        const std::vector<Prepared>& records) const {
  std::vector<HeldSnapshot> common = records[0].held;
  std::uint64_t newest = 0;
  for (const Prepared& record : records) {
    if (record.begun) return;
    std::erase_if(common, [&](const HeldSnapshot& h) {
      return !std::binary_search(record.held.begin(), record.held.end(), h);
    });
    if (!record.held.empty()) newest = std::max(newest, record.held.back().step);
  }
  if (newest == 0) return;
  if (whole_graph(view) && !common.empty()) {
    begun.from = common.back();
    begun.exact = true;
    begun.step = common.back().step;
    return;
  }
  if (options_.settings.membership.resume == "exact")
    throw LostError("shared.membership.resume = \"exact\": " + describe_held(view, records));
  const auto& mine = records[view.rank(options_.self)].held;
  if (!mine.empty()) begun.from = mine.back();
  begun.step = newest;
}

// The first start waits for every node and link, so each run of a configuration begins on its
// graph.
bool Membership::may_prepare(const View& view) const {
  const bool begun = std::any_of(view.members.begin(), view.members.end(), [&](NodeId i) {
    return facts_.prepared(i) && facts_.prepared(i)->begun;
  });
  return begun || begun_ || facts_.late() || whole_graph(view);
}

// A graph that changes is generated for all; on some of them its rounds say nothing. And a robust
// rule was promised so many neighbors for each node, of whom so few may lie.
bool Membership::needs_whole_graph() const {
  return schedule_ || mixes_whole_vectors(options_.settings);
}

// All nodes and links are there.
bool Membership::whole_graph(const View& view) const {
  return view.size() == nodes_ && facts_.complete();
}

bool Membership::large_enough(std::size_t members, bool holds_lowest) const {
  const NodeId all = nodes_;
  const std::uint32_t least = options_.settings.membership.min_nodes;
  if (least > 0) return members >= least;
  return 2 * members > all || (2 * members == all && holds_lowest);
}

bool Membership::owes_nothing(std::uint32_t streams) {
  const auto links = network_.links();
  return std::all_of(links.begin(), links.end(), [&](const Link* link) {
    const NodeId peer = link->peer();
    if (!facts_.required().adjacent(options_.self, peer) || !view_.holds(peer)) return true;
    const EdgeFact& edge = facts_.edge(facts_.edge_index(options_.self, peer));
    const auto& prepared = facts_.prepared(peer);
    return !edge.up() || link->stands_by() || link->done_there() >= streams ||
           (prepared && prepared->view != running_);
  });
}

bool Membership::may_leave() const {
  return !needs_all() && large_enough(view_.size() - 1u, options_.self != 0 && view_.holds(0));
}

bool Membership::may_begin(const View& view, const std::vector<Prepared>& records) const {
  if (needs_whole_graph() && !whole_graph(view)) return false;
  if (view.size() == nodes_) return true;
  if (needs_all() || !large_enough(view)) return false;
  std::uint64_t step = 0;
  for (const Prepared& record : records) step = std::max(step, record.step);
  return !awaits(view, step);
}

// Without all nodes the known optimum is none.
bool Membership::needs_all() const {
  return options_.settings.membership.on_death == "wait" || needs_whole_graph() ||
         options_.settings.stop.relative_error > 0;
}

bool Membership::awaits(const View& view, std::uint64_t step) const {
  return std::any_of(options_.awaited.begin(), options_.awaited.end(), [&](const auto& awaited) {
    return step >= awaited.step && !view.holds(awaited.node) && !gave_up_;
  });
}

// A component's lowest node calls one of those that are outside after the other: where the last way
// between two parts is dead, this is a new one.
void Membership::heal(const View& view) {
  const NodeId all = nodes_;
  if (view.size() == all || view.members[0] != options_.self) return network_.heal(std::nullopt);
  const Instant now = transport_.now();
  if (now - healed_at_ < std::chrono::duration<double>(options_.grace_s)) return;
  healed_at_ = now;
  do heals_ = (heals_ + 1) % all;
  while (view.holds(heals_));
  network_.heal(heals_);
}

bool Membership::changed() {
  hear();
  donor_.serve(network_);
  if (view_.size() < nodes_) heal(view_);
  bool other = switched_onto_dead_;
  if (std::exchange(generation_, facts_.generation()) != facts_.generation())
    other |= facts_.view_with_leavers(options_.self, began_with_).id != view_.id;
  // After a switch of our own making the facts may hold a change besides: whoever saw it prepares.
  if (view_.id != running_)
    for (const NodeId i : view_.members)
      other |= facts_.prepared(i) && facts_.prepared(i)->view == view_.id;
  if (other && done_) throw DoneElsewhere{*done_};
  return other;
}

}  // namespace starling
