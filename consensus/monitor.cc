#include "consensus/monitor.h"

#include <algorithm>
#include <cmath>

namespace starling {

namespace {

// The gossip steps of one look, and the worst factor they leave on the disagreement.
struct Window {
  int steps = 1;
  double contraction = 0;
};

// Of a schedule, rounds enough from round t on to halve the disagreement at least: one of its
// rounds alone may contract nothing.
Window window_of(const Agreement& agreement, const MixPlan& plan, std::uint64_t t) {
  Window window{plan.steps(), plan.contraction};
  if (!agreement.schedule) return window;
  constexpr double kEnough = 0.5;
  constexpr int kStepsMost = 4096;
  for (;; window.steps *= 2) {
    window.contraction =
        window_contraction(*agreement.schedule, t, static_cast<std::uint64_t>(window.steps));
    if (window.contraction <= kEnough || window.steps > kStepsMost) return window;
  }
}

}  // namespace

template <class Real>
Task<MonitorReport> look(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& t = self.state("monitor.t");
  auto& g = self.state("monitor.g");
  const auto before = g;
  g = co_await self.full_gradient(x);
  const Window window = window_of(self.agreement(), self.plan(), self.round());
  auto mixing_x = self.mix(x, window.steps);
  auto mixing_t = self.mix(t + g - before, window.steps);
  const auto& mixed = co_await mixing_x;
  const auto moved = self.evaluate(x - mixed);
  t = co_await mixing_t;
  MonitorReport report;
  report.change = std::sqrt(self.dot(moved, moved));
  const double spread = self.constants().smoothness * report.change / (1 - window.contraction);
  report.gradient_bound = 2 * std::max(std::sqrt(self.dot(t, t)), spread);
  co_return report;
}

template Task<MonitorReport> look(Peer<float>&);
template Task<MonitorReport> look(Peer<double>&);

}  // namespace starling
