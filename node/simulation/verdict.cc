#include "node/simulation/verdict.h"

#include <algorithm>

#include "node/exit_code.h"

namespace starling {

namespace {

// Above all frames that credit and control allow one direction of a connection.
constexpr std::size_t kMostQueued = 4096;
constexpr int kKilled = -1;

std::string in_words(const SimEnding& end) {
  return "node " + std::to_string(end.node) + " ended with " + std::to_string(end.code) +
         " at step " + std::to_string(end.result.steps) +
         (end.reason.empty() ? "" : ": " + end.reason);
}

bool names(const SimEnding& end, std::string_view what) {
  return end.reason.find(what) != std::string::npos;
}

bool full_disk(const SimEnding& end) {
  return end.code == exit_code(ExitCode::failed) && SimDisk::was_full(end.reason);
}

bool gone(const SimEnding& end) {
  return end.code == kKilled || end.result.status == RunStatus::left ||
         names(end, "stopped by a signal") || full_disk(end);
}

// More than half of all (of a tie, node 0's side), or as many as asked for.
bool enough_live(const SimOutcome& outcome, std::uint32_t least) {
  const auto& nodes = outcome.nodes;
  const auto alive = static_cast<std::size_t>(nodes.end() - nodes.begin() -
                                              std::count_if(nodes.begin(), nodes.end(), gone));
  if (least > 0) return alive >= least;
  return 2 * alive > nodes.size() || (2 * alive == nodes.size() && !gone(nodes[0]));
}

// Who has no model of the run does not join what is apart.
bool none_has_begun(const SimOutcome& outcome) {
  return std::all_of(outcome.nodes.begin(), outcome.nodes.end(),
                     [](const SimEnding& end) { return end.code == kKilled || end.views.empty(); });
}

// Whether others went on to the end without this node, or it came too late to be in any view.
bool left_behind(const SimEnding& end, const SimOutcome& outcome, int asked) {
  return std::any_of(outcome.nodes.begin(), outcome.nodes.end(), [&](const SimEnding& other) {
    if (other.code != asked || other.views.empty()) return false;
    const auto& members = other.views.back().members;
    return end.views.empty() || !std::binary_search(members.begin(), members.end(), end.node) ||
           end.views.back().id != other.views.back().id;
  });
}

class Judge {
 public:
  Judge(const SimOutcome& outcome, const FaultPlan& plan, const SimReference& reference,
        const Config& config)
      : outcome_(outcome),
        plan_(plan),
        reference_(reference),
        grace_s_(config.local.grace),
        may_lose_(plan.may_lose(config.local.grace)),
        somebody_left_(plan.holds(Fault::Kind::leave)),
        paused_(plan.holds(Fault::Kind::pause)),
        enough_(enough_live(outcome, config.shared.membership.min_nodes)) {}

  // Empty: as it must be.
  std::string end_of(const SimEnding& end, std::size_t i) const {
    const bool lost = end.code == exit_code(ExitCode::lost);
    if (end.code == kKilled && may_lose_) return {};
    if (plan_.liar) {
      const bool named = end.code == exit_code(ExitCode::usage) && names(end, "shared.seed");
      // Who was started while the others slept finds it, ends, and nobody hears of it.
      return named || ((may_lose_ || paused_) && (lost || end.code == reference_.code))
                 ? std::string()
                 : "liar: " + in_words(end);
    }
    if (full_disk(end) && plan_.holds(Fault::Kind::full_disk)) return {};
    if (!may_lose_) return undisturbed(end, i);
    if (end.code == reference_.code || end.result.status == RunStatus::left) return {};
    // Who was told to leave while it waited for others; before the start all go with it.
    if (lost && somebody_left_ && names(end, "stopped by a signal")) return {};
    const bool rightly = lost && (!enough_ || none_has_begun(outcome_) || slept_through(end) ||
                                  left_behind(end, outcome_, reference_.code));
    return rightly && (names(end, "node") || names(end, "link") || names(end, "the run has ended"))
               ? std::string()
               : "survivors: " + in_words(end);
  }

  void judge_frames(std::vector<std::string>& violations) const {
    const auto& network = outcome_.network;
    if (network.most_queued > kMostQueued)
      violations.push_back("credit: " + std::to_string(network.most_queued) +
                           " frames in one direction of a connection");
    if (network.damaged > 0 || network.doubled > 0) return;
    if (outcome_.wire.over_credit > 0)
      violations.push_back("credit: " + std::to_string(outcome_.wire.over_credit) +
                           " frames sent beyond it");
    for (const SimEnding& end : outcome_.nodes)
      for (const auto& [reason, count] : end.drops)
        if ((reason.starts_with("a session ended") || reason.starts_with("a frame refused")) &&
            !(may_lose_ && reason == "a session ended: silent"))
          violations.push_back("frames: node " + std::to_string(end.node) + ": " + reason);
  }

 private:
  // The others came to the end meanwhile, and did not wait for its word.
  bool slept_through(const SimEnding& end) const {
    const auto& nodes = outcome_.nodes;
    return std::any_of(plan_.faults.begin(), plan_.faults.end(),
                       [&](const Fault& f) {
                         return f.kind == Fault::Kind::freeze && f.node == end.node &&
                                f.for_s > grace_s_;
                       }) &&
           std::any_of(nodes.begin(), nodes.end(), [&](const SimEnding& other) {
             return other.code == reference_.code && other.at_s < end.at_s;
           });
  }

  // Nobody was taken for dead; but all may have been stopped at once and started again.
  std::string undisturbed(const SimEnding& end, std::size_t i) const {
    if (end.start > 0 && outcome_.after_outage) {
      const auto& [uncommon, strayed, common] = *outcome_.after_outage;
      if (uncommon && !plan_.holds(Fault::Kind::rot))
        return "checkpoints: each node has some, and none is common";
      const bool finished_without_it =
          std::any_of(outcome_.nodes.begin(), outcome_.nodes.end(), [&](const SimEnding& other) {
            return other.code == reference_.code && other.start < end.start;
          });
      const bool lost = end.code == exit_code(ExitCode::lost);
      if (lost && (finished_without_it || (strayed && names(end, "resume = ")))) return {};
      if (common &&
          (end.views.empty() || !end.views[0].resumed || end.views[0].step != common->step))
        return "not resumed at step " + std::to_string(common->step) + ": " + in_words(end);
      if (strayed && end.code == reference_.code) return {};
    }
    // Since when the graph is another one is for judge_views() to find.
    if (plan_.holds(Fault::Kind::regraph) && end.code == reference_.code) return {};
    return end.code == reference_.code && end.result.steps == reference_.steps &&
                   end.model == reference_.models[i]
               ? std::string()
               : "bits: " + in_words(end);
  }

  const SimOutcome& outcome_;
  const FaultPlan& plan_;
  const SimReference& reference_;
  const double grace_s_;
  const bool may_lose_, somebody_left_, paused_, enough_;
};

}  // namespace

SimVerdict judge(const SimOutcome& outcome, const FaultPlan& plan, const SimReference& reference,
                 const Config& config, const ObjectivesOf& objectives_of) {
  SimVerdict verdict;
  auto& violations = verdict.violations;
  const Judge judge(outcome, plan, reference, config);
  judge.judge_frames(violations);
  if (!outcome.stuck.empty()) {
    violations.push_back("ends: " + outcome.stuck);
    return verdict;
  }
  ViewFindings views = judge_views(outcome, config.shared, objectives_of);
  verdict.compared = views.compared;
  violations.insert(violations.end(), views.violations.begin(), views.violations.end());
  for (std::size_t i = 0; i < outcome.nodes.size(); ++i)
    if (std::string wrong = judge.end_of(outcome.nodes[i], i); !wrong.empty())
      violations.push_back(std::move(wrong));
  return verdict;
}

}  // namespace starling
