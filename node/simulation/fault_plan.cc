#include "node/simulation/fault_plan.h"

#include <algorithm>
#include <cstdio>

namespace starling {

std::string_view name(Fault::Kind kind) {
  static constexpr std::string_view kNames[kFaultKinds] = {
      "cut",   "half_open", "one_way", "stall", "partition", "refuse",   "freeze",
      "pause", "leave",     "crash",   "power", "flip",      "truncate", "twice"};
  return kNames[static_cast<std::size_t>(kind)];
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
    if (f.kind == Kind::pause) return false;                 // nobody judges by its own sleep
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
    last = std::max(last, f.at_s + std::max(f.for_s, f.restart_after_s.value_or(0)));
  return last;
}

std::string describe(const Fault& f) {
  char text[160];
  std::snprintf(text, sizeof text, "%.3f s: %s", f.at_s, std::string(name(f.kind)).c_str());
  std::string line = text;
  if (f.kind == Fault::Kind::partition) {
    line += " of";
    for (std::size_t i = 0; i < f.side.size(); ++i)
      if (f.side[i]) line += " " + std::to_string(i);
  } else if (f.kind != Fault::Kind::pause) {
    line += " " + std::to_string(f.node);
    using Kind = Fault::Kind;
    if (f.kind != Kind::refuse && f.kind != Kind::freeze && f.kind != Kind::leave &&
        f.kind != Kind::crash && f.kind != Kind::power)
      line += "-" + std::to_string(f.other);
  }
  std::snprintf(text, sizeof text, ", %.3f s", f.for_s);
  if (f.for_s > 0) line += text;
  std::snprintf(text, sizeof text, ", again after %.3f s", f.restart_after_s.value_or(0));
  if (f.restart_after_s) line += text;
  return line;
}

}  // namespace starling
