#include "node/simulation/fault_plan.h"

#include <algorithm>
#include <cstdio>

namespace starling {

const FaultForm& form_of(Fault::Kind kind) {
  using Whom = FaultForm::Whom;
  static constexpr FaultForm kForms[kFaultKinds] = {
      {"cut", Whom::two, false, false},       {"half_open", Whom::two, false, false},
      {"one_way", Whom::two, true, false},    {"stall", Whom::two, true, false},
      {"partition", Whom::side, true, false}, {"refuse", Whom::node, true, false},
      {"freeze", Whom::node, true, false},    {"pause", Whom::all, true, false},
      {"leave", Whom::node, false, false},    {"crash", Whom::node, false, true},
      {"power", Whom::node, false, true},     {"flip", Whom::two, false, false},
      {"truncate", Whom::two, false, false},  {"twice", Whom::two, false, false},
      {"outage", Whom::node, true, true},     {"full_disk", Whom::node, true, true},
      {"rot", Whom::node, false, false},      {"regraph", Whom::node, false, false}};
  return kForms[static_cast<std::size_t>(kind)];
}

FaultPlan plain_plan(NodeId nodes) {
  FaultPlan plan;
  plan.start_s.assign(nodes, 0);
  plan.pace_s.assign(nodes, 1e-6);
  plan.ppm.assign(nodes, 0);
  return plan;
}

// Silence counts from the last beat on (0.2 s), and what was lost on the way is sent again later.
bool FaultPlan::may_lose(double grace_s) const {
  const double longest = 0.25 * grace_s;
  return std::any_of(faults.begin(), faults.end(), [&](const Fault& f) {
    using Kind = Fault::Kind;
    if (f.kind == Kind::crash || f.kind == Kind::power || f.kind == Kind::leave) return true;
    if (f.kind == Kind::pause) return false;  // nobody judges by its own sleep
    if (f.kind == Kind::outage) return f.for_s > 0 || !f.restart_after_s;
    if (f.kind == Kind::full_disk) return true;
    if (f.kind == Kind::half_open) return f.node > f.other;  // only the lower id dials again
    return f.for_s > longest;
  });
}

bool FaultPlan::holds(Fault::Kind kind) const {
  return std::any_of(faults.begin(), faults.end(),
                     [&](const Fault& fault) { return fault.kind == kind; });
}

double FaultPlan::last_s() const {
  double last = 0;
  for (const Fault& f : faults)
    last = std::max(last, f.at_s + f.for_s + f.restart_after_s.value_or(0));
  return last;
}

std::string describe(const Fault& f) {
  using Whom = FaultForm::Whom;
  const FaultForm& form = form_of(f.kind);
  const auto seconds = [](const char* before, double value) {
    char text[48];
    std::snprintf(text, sizeof text, "%s%.3f s", before, value);
    return std::string(text);
  };
  std::string line = seconds("", f.at_s) + ": " + std::string(form.name);
  if (form.whom == Whom::side) {
    line += " of";
    for (std::size_t i = 0; i < f.side.size(); ++i)
      if (f.side[i]) line += " " + std::to_string(i);
  }
  if (form.whom == Whom::node || form.whom == Whom::two) line += " " + std::to_string(f.node);
  if (form.whom == Whom::two) line += "-" + std::to_string(f.other);
  if (form.lasts) line += seconds(", ", f.for_s);
  if (f.restart_after_s) line += seconds(", again after ", *f.restart_after_s);
  return line;
}

}  // namespace starling
