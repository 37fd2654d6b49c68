#include "tools/sim/tally.h"

#include <algorithm>
#include <cstdio>

#include "node/exit_code.h"

namespace starling {

namespace {

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

}  // namespace

void Tally::add_views(const SimEnding& end) {
  views_ += end.views.size();
  switched_ += end.result.switches.size();
  if (!end.views.empty() && end.start > 0) {
    ++joined_;
    resumed_ += end.views[0].resumed.has_value();
  }
  for (std::size_t v = 1; v < end.views.size(); ++v) {
    const auto before = end.views[v - 1].members.size(), now = end.views[v].members.size();
    ++(now < before ? smaller_ : now > before ? larger_ : relinked_);
  }
  for (const auto& [reason, count] : end.drops) drops_[reason] += count;
  if (end.code != exit_code(ExitCode::lost)) return;
  ++(end.reason.find("the run has ended") == std::string::npos ? lost_ : too_late_);
}

void Tally::add(const FaultPlan& plan, const SimOutcome& outcome, const SimVerdict& verdict,
                double grace_s) {
  ++seeds_;
  failed_ += !verdict.violations.empty();
  compared_ += verdict.compared;
  may_lose_ += plan.may_lose(grace_s);
  liars_ += plan.liar.has_value();
  bool hit = false;
  for (const Fault& fault : plan.faults) {
    ++faults_[static_cast<int>(fault.kind)];
    const bool amid = fault.at_s < outcome.virtual_s;
    amid_[static_cast<int>(fault.kind)] += amid;
    hit |= amid;
  }
  hit_ += hit;
  restarts_ += outcome.earlier.size();
  double last_view = 0;
  for (const auto* lives : {&outcome.earlier, &outcome.nodes})
    for (const SimEnding& end : *lives) {
      add_views(end);
      if (!end.views.empty()) last_view = std::max(last_view, end.views.back().at_s);
    }
  if (last_view > plan.last_s() && plan.may_lose(grace_s))
    recovery_s_.push_back(last_view - plan.last_s());
  wire_ += outcome.wire;
  network_.frames += outcome.network.frames;
  network_.resets += outcome.network.resets;
  network_.damaged += outcome.network.damaged;
  network_.doubled += outcome.network.doubled;
  network_.most_queued = std::max(network_.most_queued, outcome.network.most_queued);
  virtual_s_ += outcome.virtual_s;
}

std::vector<std::pair<std::string, std::uint64_t>> Tally::rows() const {
  return {{"seeds", seeds_},
          {"seeds that failed", failed_},
          {"seeds hit by a fault before their end", hit_},
          {"seeds in which a node might be taken for dead", may_lose_},
          {"seeds with a liar", liars_},
          {"nodes whose bytes were compared with lockstep", compared_},
          {"views begun (of one node each)", views_},
          {"views with fewer members than the one before", smaller_},
          {"views with more members (rejoined, merged)", larger_},
          {"views with the same members (a link was down)", relinked_},
          {"nodes started again", restarts_},
          {"nodes started again that came into a view", joined_},
          {"nodes that went on from a checkpoint, exactly", resumed_},
          {"switches to another graph made (of one node each)", switched_},
          {"nodes that lost the cluster", lost_},
          {"nodes that came after the end", too_late_},
          {"frames", network_.frames},
          {"DATA frames sent", wire_.data},
          {"DATA frames sent again in a resumed session", wire_.resent},
          {"DATA frames early: of a view not yet begun there", wire_.early},
          {"DATA frames late: of a view left", wire_.late},
          {"sessions begun anew", wire_.anew},
          {"sessions resumed", wire_.resumed},
          {"sessions with a guest", wire_.guests},
          {"parts of a model sent to a guest", wire_.parts},
          {"DONE said again in another session", wire_.done_again},
          {"connections reset", network_.resets},
          {"frames damaged", network_.damaged},
          {"frames doubled", network_.doubled},
          {"most frames queued in one connection", network_.most_queued}};
}

nlohmann::ordered_json Tally::json() const {
  nlohmann::ordered_json out;
  for (const auto& [what, count] : rows()) out[what] = count;
  out["virtual seconds"] = virtual_s_;
  for (int k = 0; k < kFaultKinds; ++k)
    out["faults"][std::string(name(static_cast<Fault::Kind>(k)))] = {{"drawn", faults_[k]},
                                                                     {"amid", amid_[k]}};
  out["recovery_s"] = {{"p50", quantile(recovery_s_, 0.5)}, {"p99", quantile(recovery_s_, 0.99)}};
  out["drops"] = drops_;
  return out;
}

void Tally::print() const {
  const auto as = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  for (const auto& [what, count] : rows()) std::printf("%12llu  %s\n", as(count), what.c_str());
  std::printf("%12.0f  virtual seconds\n", virtual_s_);
  if (!recovery_s_.empty())
    std::printf("%12.2f  seconds from the last fault to the last view, median (99 %%: %.2f)\n",
                quantile(recovery_s_, 0.5), quantile(recovery_s_, 0.99));
  for (int k = 0; k < kFaultKinds; ++k)
    if (faults_[k])
      std::printf("%12llu  fault %s, %llu before the run's end\n", as(faults_[k]),
                  std::string(name(static_cast<Fault::Kind>(k))).c_str(), as(amid_[k]));
  for (const auto& [reason, count] : drops_)
    std::printf("%12llu  times: %s\n", as(count), reason.c_str());
}

}  // namespace starling
