#include "node/simulation/view_rules.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "consensus/lockstep.h"
#include "node/exit_code.h"

namespace starling {

namespace {

// Every number a view was agreed on with.
std::vector<double> numbers_of(const SimView& view) {
  const Agreement& a = *view.agreement;
  std::vector<double> all{static_cast<double>(view.step),
                          static_cast<double>(view.resumed.has_value()),
                          a.spectrum.gap_2,
                          a.spectrum.lambda_n,
                          static_cast<double>(a.mix.steps()),
                          a.mix.scale,
                          a.constants.smoothness,
                          a.constants.strong_convexity,
                          static_cast<double>(a.diameter),
                          a.step_size};
  all.insert(all.end(), a.matrix.weights.begin(), a.matrix.weights.end());
  all.insert(all.end(), a.matrix.diagonal.begin(), a.matrix.diagonal.end());
  for (const NodeId i : view.members) all.push_back(i);
  for (const Edge& edge : a.matrix.graph.edge_list()) {
    all.push_back(edge.u);
    all.push_back(edge.v);
  }
  return all;
}

struct Begun {
  const SimView* first = nullptr;
  std::map<NodeId, const SimView*> by;  // of each member that began it
  std::uint32_t start = 0;              // of the node that is first, when it began it
  bool again = false;                   // its id came back
};

std::string in_words(const SimEnding& end, std::uint64_t id) {
  char text[64];
  std::snprintf(text, sizeof text, "node %u, view %016llx", end.node,
                static_cast<unsigned long long>(id));
  return text;
}

// Of sum_i pi_i f_i at the mean of all x_i.
template <class Real>
double gradient_norm(Lockstep<Real>& lockstep, std::span<Objective* const> objectives) {
  const auto& pi = lockstep.agreement().matrix.stationary;
  const std::size_t d = objectives[0]->dimension();
  std::vector<double> sum(d), mean_of(d);
  std::vector<Real> mean(d), part(d);
  for (NodeId i = 0; i < objectives.size(); ++i)
    for (std::size_t k = 0; k < d; ++k)
      mean_of[k] += pi[i] * lockstep.model(i)[static_cast<std::ptrdiff_t>(k)];
  std::copy(mean_of.begin(), mean_of.end(), mean.begin());
  for (NodeId i = 0; i < objectives.size(); ++i) {
    objectives[i]->gradient<Real>(mean.data(), part.data());
    for (std::size_t k = 0; k < d; ++k) sum[k] += pi[i] * part[k];
  }
  double square = 0;
  for (const double g : sum) square += g * g;
  return std::sqrt(square);
}

// Those that this node made in the view it ended in.
std::vector<std::shared_ptr<const PlannedSwitch>> switches_in(const SimView& view,
                                                              const SimEnding& end) {
  std::vector<std::shared_ptr<const PlannedSwitch>> made;
  for (const auto& s : end.result.switches) {
    if (s.step <= view.step) continue;
    auto planned = std::make_shared<PlannedSwitch>(*s.made);
    planned->at_step = s.step;
    made.push_back(std::move(planned));
  }
  return made;
}

// Those that ended in this view, whose begin is known of all its members.
template <class Real>
void run_anew(const Begun& begun, const std::vector<const SimEnding*>& ended,
              const ObjectivesOf& objectives_of, ViewFindings& findings) {
  const Settings& settings = *begun.first->settings;
  const std::vector<Objective*> members = objectives_of(begun.first->members);
  Lockstep<Real> lockstep(settings, *begun.first->agreement, members, nullptr, begun.first->step);
  NodeId rank = 0;
  for (const auto& [node, view] : begun.by) {
    std::memcpy(lockstep.peer(rank).state("x").data(), view->model.data(), view->model.size());
    if (view->resumed) lockstep.runner(rank).resume(*view->resumed);
    ++rank;
  }
  lockstep.plan_switches(switches_in(*begun.first, *ended[0]));
  const RunStatus status = lockstep.run();
  const auto rank_of = [&](NodeId node) {
    return static_cast<NodeId>(std::distance(begun.by.begin(), begun.by.find(node)));
  };
  for (const SimEnding* end : ended) {
    const RunStatus its = end->result.status;
    if (end->result.by_hearsay || its == RunStatus::left || its == RunStatus::stopped) continue;
    ++findings.compared;
    const auto& x = lockstep.model(rank_of(end->node));
    const std::uint64_t steps = lockstep.runner(rank_of(end->node)).progress().step;
    if (its != status || end->result.steps != steps ||
        std::memcmp(x.data(), end->model.data(), end->model.size()))
      findings.violations.push_back("rounds: " + in_words(*end, begun.first->id) +
                                    ": other bytes than lockstep from the same start");
  }
  if (status != RunStatus::converged || settings.stop.gradient_norm <= 0) return;
  const double norm = gradient_norm<Real>(lockstep, members);
  if (!(norm <= settings.stop.gradient_norm))
    findings.violations.push_back("optimum: |grad f| of the members is " + std::to_string(norm));
}

}  // namespace

ViewFindings judge_views(const SimOutcome& outcome, const Settings& settings,
                         const ObjectivesOf& objectives_of) {
  ViewFindings findings;
  // Where every node was started again nobody may have remembered: ids come back with the counters.
  const bool forgotten = std::all_of(outcome.nodes.begin(), outcome.nodes.end(),
                                     [](const SimEnding& end) { return end.start > 0; });
  std::map<std::uint64_t, Begun> views;
  std::map<std::uint64_t, std::vector<const SimEnding*>> last;
  for (const auto* lives : {&outcome.earlier, &outcome.nodes})
    for (const SimEnding& end : *lives) {
      for (const SimView& view : end.views) {
        Begun& begun = views[view.id];
        if (!begun.first) {
          begun.first = &view;
          begun.start = end.start;
        }
        const bool twice = !begun.by.emplace(end.node, &view).second;
        begun.again |= forgotten && (twice || end.start != begun.start);
        if (begun.again) continue;
        if (twice)
          findings.violations.push_back("agreement: " + in_words(end, view.id) + " began it twice");
        if (numbers_of(*begun.first) != numbers_of(view))
          findings.violations.push_back("agreement: " + in_words(end, view.id) +
                                        " began it with other numbers");
      }
      const bool finished =
          end.code == exit_code(ExitCode::done) || end.code == exit_code(ExitCode::budget);
      if (finished && !end.views.empty()) last[end.views.back().id].push_back(&end);
    }
  if (!findings.violations.empty()) return findings;
  for (const auto& [id, ended] : last) {
    const Begun& begun = views[id];
    if (begun.again || begun.by.size() < begun.first->members.size()) continue;
    if (settings.precision == Precision::float32)
      run_anew<float>(begun, ended, objectives_of, findings);
    else
      run_anew<double>(begun, ended, objectives_of, findings);
  }
  return findings;
}

}  // namespace starling
