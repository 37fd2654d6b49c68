#pragma once

#include "topology/schedule.h"

namespace starling {

// One W for ever: a schedule of period 1. This is how executors run a directed graph that does not
// change.
//
// Departure from Schedule: W may be column- or row-stochastic only. Then the difference form
//   x_i + sum_j w_ij (x_j - x_i)
// is not W x where rows do not sum to one: it is w_ii x_i + sum_j w_ij x_j.
class StaticSchedule final : public Schedule {
 public:
  // Errors: GraphError where neither rows nor columns sum to one.
  explicit StaticSchedule(DirectedMatrix matrix);
  NodeId nodes() const override { return matrix_.graph.nodes(); }
  DirectedMatrix round(std::uint64_t) const override { return matrix_; }
  std::optional<std::uint64_t> period() const override { return 1; }
  Graph links() const override { return matrix_.graph.links(); }
  bool symmetric() const override { return symmetric_; }
  // slem where W is not doubly stochastic: the rate of push-sum, after many rounds.
  std::optional<ScheduleRate> known_rate() const override;

  const DirectedMatrix& matrix() const { return matrix_; }

 private:
  DirectedMatrix matrix_;
  bool symmetric_;
};

}  // namespace starling
