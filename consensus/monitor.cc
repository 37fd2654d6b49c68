#include "consensus/monitor.h"

#include <algorithm>
#include <cmath>

namespace starling {

template <class Real>
Task<MonitorReport> look(Peer<Real>& self) {
  auto& x = self.state("x");
  auto& t = self.state("monitor.t");
  auto& g = self.state("monitor.g");
  const auto before = g;
  g = co_await self.gradient(x);
  auto mixing_x = self.mix(x);
  auto mixing_t = self.mix(t + g - before);
  const auto& mixed = co_await mixing_x;
  const auto moved = self.evaluate(x - mixed);
  t = co_await mixing_t;
  MonitorReport report;
  report.change = std::sqrt(self.dot(moved, moved));
  const double spread =
      self.constants().smoothness * report.change / (1 - self.plan().contraction);
  report.gradient_bound = 2 * std::max(std::sqrt(self.dot(t, t)), spread);
  co_return report;
}

template Task<MonitorReport> look(Peer<float>&);
template Task<MonitorReport> look(Peer<double>&);

}  // namespace starling
