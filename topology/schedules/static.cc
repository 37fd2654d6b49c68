#include "topology/schedules/static.h"

#include <utility>

#include "topology/directed_spectrum.h"
#include "topology/schedules/weighted_arcs.h"

namespace starling {
StaticSchedule::StaticSchedule(DirectedMatrix matrix)
    : matrix_(std::move(matrix)), symmetric_(is_symmetric(matrix_)) {
  stochastic_sums(matrix_);
}

std::optional<ScheduleRate> StaticSchedule::known_rate() const {
  if (stochastic_sums(matrix_) == Stochastic::both) return std::nullopt;
  ScheduleRate rate;
  rate.per_round = directed_spectrum(matrix_).slem();
  return rate;
}

}  // namespace starling
