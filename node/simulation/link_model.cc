#include "node/simulation/link_model.h"

#include <algorithm>
#include <cmath>

namespace starling {

Instant LinkModel::draw(RandomStream& stream, bool& lost) const {
  constexpr double kShape = 1.5, kMost = 200;  // of the heavy tail
  const double u = stream.uniform();
  double on_top = jitter_s;
  if (jitter == Jitter::uniform) on_top *= 2 * u;
  if (jitter == Jitter::exponential) on_top *= -std::log1p(-u);
  if (jitter == Jitter::heavy)  // mean 1: scale (shape - 1) / shape
    on_top *= std::min(std::pow(1 - u, -1 / kShape) * (kShape - 1) / kShape, kMost);
  double repair = 0, timeout = repair_s;
  bool again = stream.uniform() < (lost ? burst : loss);
  lost = again;
  for (; again && repair < repair_most_s; again = stream.uniform() < std::max(loss, burst)) {
    repair += timeout;
    timeout *= 2;
  }
  return seconds_of(delay_s + on_top + std::min(repair, repair_most_s));
}

}  // namespace starling
