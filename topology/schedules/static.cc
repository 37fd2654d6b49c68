#include "topology/schedules/static.h"

#include <algorithm>
#include <utility>

#include "topology/directed_spectrum.h"

namespace starling {
namespace {

bool is_symmetric(const DirectedMatrix& w) {
  for (NodeId i = 0; i < w.graph.nodes(); ++i) {
    const auto sources = w.graph.sources(i), targets = w.graph.targets(i);
    if (!std::equal(sources.begin(), sources.end(), targets.begin(), targets.end())) return false;
    for (std::size_t k = 0; k < sources.size(); ++k) {
      const auto back = w.graph.sources(sources[k]);
      const auto at = std::lower_bound(back.begin(), back.end(), i) - back.begin();
      if (w.row(sources[k])[static_cast<std::size_t>(at)] != w.row(i)[k]) return false;
    }
  }
  return true;
}

}  // namespace

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
