// How long a view is waited for, and what is said when it does not come.

#include <tuple>

#include "node/views/membership.h"

namespace starling {

namespace {

std::string list(const std::vector<NodeId>& nodes) {
  std::string text = nodes.size() == 1 ? "node " : "nodes ";
  for (std::size_t i = 0; i < nodes.size(); ++i) text += (i ? ", " : "") + std::to_string(nodes[i]);
  return text;
}

}  // namespace

void Membership::check_deadlines(const Standing& mine, const View& view) {
  const double waited = std::chrono::duration<double>(transport_.now() - waits_since_).count();
  // A view that is about to begin takes the wish along.
  const bool about_to = mine.begun && waited < 2 * options_.grace_s;
  if (options_.signal && *options_.signal && !about_to)
    throw LostError(mine.begun ? "stopped by a signal while waiting: " + describe_missing(view)
                               : "stopped by a signal before the start");
  if (waited > options_.start_limit_s) gave_up_ = true;
  if (!mine.begun) {
    if (waited <= options_.start_limit_s) return;
    const bool may = !needs_all() && large_enough(view) && waited <= 2 * options_.start_limit_s;
    if (!may)
      throw LostError("start_limit of " + std::to_string(static_cast<int>(options_.start_limit_s)) +
                      " s is over: " + describe_missing(view));
    if (facts_.merge_late(true)) network_.facts_changed();
    return;
  }
  // A moment for the other ends: does an edge only, or a whole node fail?
  const bool apart = view.size() < view_.size();
  const double settling = apart ? 0 : options_.grace_s / 2;
  const double limit = awaits(view, mine.step)
                           ? std::max(options_.start_limit_s, options_.hold_limit_s)
                           : options_.hold_limit_s;
  const bool held =
      needs_all() ? view.size() < nodes_ || (schedule_ && !facts_.complete()) : !large_enough(view);
  // What is no question of members takes moments: a wait beyond that is one, too.
  const double unsettled = held ? 0 : 2 * options_.grace_s + 10;
  if (waited > limit + settling + unsettled) throw LostError(describe_lost(view));
}

std::string Membership::describe_missing(const View& view) const {
  std::vector<NodeId> missing;
  for (NodeId i = 0; i < nodes_; ++i)
    if (!view.holds(i)) missing.push_back(i);
  if (missing.empty()) return "not every node has agreed on the start" + describe_undecided(view);
  std::string text = list(missing) + (missing.size() == 1 ? " is missing" : " are missing");
  for (NodeId j : facts_.graph().neighbors(options_.self))
    if (!view.holds(j) && !network_.why_down(j).empty())
      text += "; last from node " + std::to_string(j) + ": " + network_.why_down(j);
  return text;
}

// All are here, and yet: which links are down, or whose record for this view is missing.
std::string Membership::describe_undecided(const View& view) const {
  std::string edges;
  for (std::size_t e = 0; e < facts_.edges().size(); ++e)
    if (!facts_.edge(e).up()) {
      const auto [u, v] = facts_.edges()[e];
      edges += (edges.empty() ? "" : ", ") + std::to_string(u) + "-" + std::to_string(v);
    }
  if (!edges.empty()) return "; down: " + edges;
  std::vector<NodeId> silent;
  for (const NodeId i : view.members)
    if (!facts_.prepared(i) || facts_.prepared(i)->view != view.id) silent.push_back(i);
  return silent.empty() ? "" : "; no word yet from " + list(silent);
}

std::string Membership::describe_held(const View& view,
                                      const std::vector<Prepared>& records) const {
  if (view.size() < nodes_) return describe_missing(view);
  std::string text = "no checkpoint is common to all nodes:";
  for (const NodeId i : view.members) {
    const auto& held = records[view.rank(i)].held;
    text += (i == view.members[0] ? " node " : ", node ") + std::to_string(i);
    text += held.empty() ? " has none" : " has";
    for (const HeldSnapshot& h : held) text += " " + std::to_string(h.step);
  }
  return text;
}

// Of the view that ran, whom and what this one lacks.
std::string Membership::describe_lost(const View& view) const {
  if (view_.size() == 0) return describe_missing(view);
  // Edges that have ever been up; those that were only to heal it say nothing.
  const auto ran = [&](NodeId u, NodeId v) {
    return facts_.required().adjacent(u, v) && facts_.edge(facts_.edge_index(u, v)).counter > 1 &&
           !facts_.heals(u, v);
  };
  // Those that touch our component are lost; what lies behind them cannot be judged from here.
  std::vector<NodeId> lost, behind;
  for (const NodeId i : view_.members) {
    if (view.holds(i)) continue;
    const auto around = facts_.required().neighbors(i);
    const bool touches = std::any_of(around.begin(), around.end(),
                                     [&](NodeId j) { return view.holds(j) && ran(i, j); });
    (touches ? lost : behind).push_back(i);
  }
  // The last to go down says why: an older one may be of a death long mended.
  const EdgeFact* last = nullptr;
  std::string edges;
  for (std::size_t e = 0; e < facts_.edges().size(); ++e) {
    const auto [u, v] = facts_.edges()[e];
    const EdgeFact& fact = facts_.edge(e);
    if (fact.up() || !ran(u, v)) continue;
    if (fact.cause == Cause::lost) return fact.why;  // who ended over it has said it before us
    edges += (edges.empty() ? "" : ", ") + std::to_string(u) + "-" + std::to_string(v);
    if (!lost.empty() && view.holds(u) == view.holds(v)) continue;
    if (!last || std::tie(fact.step, fact.cause) > std::tie(last->step, last->cause)) last = &fact;
  }
  std::string text = lost.empty() ? "lost the link " + edges : "lost " + list(lost);
  if (lost.empty() && edges.empty())
    text = "the members do not agree on a view" + describe_undecided(view);
  text += " at step " + std::to_string(step_);
  if (last) text += ": " + (last->why.empty() ? std::string(describe(last->cause)) : last->why);
  if (!behind.empty()) text += " (and with it the way to " + list(behind) + ")";
  return text;
}

std::string Membership::describe_change(const View& before) const {
  std::vector<NodeId> lost, joined;
  for (const NodeId i : before.members)
    if (!view_.holds(i)) lost.push_back(i);
  for (const NodeId i : view_.members)
    if (!before.holds(i)) joined.push_back(i);
  std::string text = std::to_string(view_.size()) + " of " + std::to_string(nodes_) + " nodes";
  if (!lost.empty()) text += ", without " + list(lost);
  if (!joined.empty()) text += ", with " + list(joined) + " again";
  if (lost.empty() && joined.empty()) text += ", other links";
  return text;
}

}  // namespace starling
