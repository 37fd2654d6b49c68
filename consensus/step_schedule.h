#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "consensus/settings.h"

namespace starling {

// How a step size goes on after its warm-up: what it is multiplied by, in t = 0, 1, ... steps of
// the run, since = t - warm_up of them after the warm-up.
struct StepScheduleEntry {
  std::string_view name;
  std::string_view summary;
  double (*factor)(const StepScheduleSettings& schedule, double since, double t);
};
std::span<const StepScheduleEntry> step_schedules();
const StepScheduleEntry* find_step_schedule(std::string_view name);

// What the step size is multiplied by in step t = 0, 1, ...; the same on all nodes.
//
//   t < warm_up    (t + 1) / warm_up
//   then           the entry's factor
//
// times schedule.scale, n b / B: linear scaling to n nodes with mini-batches of b rows, of a step
// size that was found with B rows.
//
// Requires  schedule.kind is in the registry; of cosine, total > warm_up.
// Source    Goyal et al. 2017 (warm-up, linear scaling), Loshchilov & Hutter 2017 (cosine).
double step_factor(const StepScheduleSettings& schedule, std::uint64_t t);

}  // namespace starling
