#include "consensus/step_schedule.h"

#include <algorithm>
#include <cmath>

namespace starling {
namespace {

double constant(const StepScheduleSettings&, double, double) { return 1; }

double periods(const StepScheduleSettings& schedule, double since) {
  return since / static_cast<double>(schedule.every);
}
double step(const StepScheduleSettings& schedule, double since, double) {
  return std::pow(schedule.factor, std::floor(periods(schedule, since)));
}
double exponential(const StepScheduleSettings& schedule, double since, double) {
  return std::pow(schedule.factor, periods(schedule, since));
}

double cosine(const StepScheduleSettings& schedule, double since, double) {
  constexpr double kPi = 3.141592653589793;
  const auto whole = static_cast<double>(schedule.total - schedule.warm_up);
  const double wave = (1 + std::cos(kPi * std::min(since / whole, 1.0))) / 2;
  return schedule.least + (1 - schedule.least) * wave;
}

double inverse_sqrt(const StepScheduleSettings& schedule, double, double t) {
  return std::sqrt(std::max(static_cast<double>(schedule.warm_up), 1.0) / (t + 1));
}

const StepScheduleEntry kStepSchedules[] = {
    {"constant", "1", constant},
    {"step", "factor^floor(since / every)", step},
    {"exponential", "factor^(since / every)", exponential},
    {"cosine", "least + (1 - least) (1 + cos(pi since / (total - warm_up))) / 2", cosine},
    {"inverse_sqrt", "sqrt(max(warm_up, 1) / (t + 1))", inverse_sqrt},
};

}  // namespace

std::span<const StepScheduleEntry> step_schedules() { return kStepSchedules; }

const StepScheduleEntry* find_step_schedule(std::string_view name) {
  for (const StepScheduleEntry& entry : kStepSchedules)
    if (entry.name == name) return &entry;
  return nullptr;
}

double step_factor(const StepScheduleSettings& schedule, std::uint64_t t) {
  const auto now = static_cast<double>(t), warm_up = static_cast<double>(schedule.warm_up);
  const double factor =
      t < schedule.warm_up
          ? (now + 1) / warm_up
          : find_step_schedule(schedule.kind)->factor(schedule, now - warm_up, now);
  return schedule.scale * factor;
}

}  // namespace starling
