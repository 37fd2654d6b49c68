#include "consensus/schedule_mix.h"

#include <algorithm>
#include <cmath>

#include "topology/contraction.h"

namespace starling {

namespace {
constexpr std::uint64_t kBeginningsMost = 64;  // of mixes, whose contraction is measured one by one
constexpr double kRounding = 1e-9;             // of sums that are one
}  // namespace

GraphNature nature_of(const Mixing& mixing) {
  if (!mixing.schedule) return GraphNature::static_symmetric;
  const Schedule& schedule = *mixing.schedule;
  if (schedule.period() != 1)
    return schedule.symmetric() ? GraphNature::changing_symmetric : GraphNature::changing_directed;
  const DirectedMatrix matrix = schedule.round(0);
  if (column_defect(matrix) > kRounding) return GraphNature::static_row_stochastic;
  return row_defect(matrix) > kRounding ? GraphNature::static_column_stochastic
                                        : GraphNature::static_doubly_stochastic;
}

Spectrum rate_of(const Schedule& schedule) {
  const ScheduleRate rate = schedule_rate(schedule);
  Spectrum within;
  within.gap_2 = 1 - rate.per_round;
  within.lambda_n = -rate.per_round;
  within.method = "schedule";
  return within;
}

MixPlan schedule_mix(const Schedule& schedule, int steps) {
  const ScheduleRate rate = schedule_rate(schedule);
  const auto k = static_cast<std::uint64_t>(steps);
  const auto period = schedule.period();
  MixPlan plan;
  plan.omega.assign(k, 0.0);
  if (rate.exact_after && ((period && k % *period == 0) || k >= *rate.exact_from_any)) return plan;
  plan.high =
      rate.exact_after
          ? std::max(0.0, 1 - static_cast<double>(k) / static_cast<double>(*rate.exact_after))
          : std::pow(rate.per_round, steps);
  plan.low = -plan.high;
  plan.contraction = 1;
  if (!period || *period > kBeginningsMost) return plan;
  // Where columns alone sum to one there is no J that mixing comes near.
  if (*period == 1 && row_defect(schedule.round(0)) > kRounding) return plan;
  plan.contraction = 0;
  for (std::uint64_t begin = 0; begin < *period; ++begin)
    plan.contraction = std::max(plan.contraction, window_contraction(schedule, begin, k));
  return plan;
}

long long schedule_steps(const Schedule& schedule, double target) {
  if (schedule_rate(schedule).exact_after) return static_cast<long long>(*schedule.period());
  return plain_steps(rate_of(schedule), target);
}

}  // namespace starling
