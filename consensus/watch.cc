#include "consensus/watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "topology/random.h"

namespace starling {

namespace {

constexpr double kWindow = 1e-4;  // take the mean out before the probe has shrunk by this
constexpr double kNoise = 1e-9;   // or when rounding's share of it may have grown to this
constexpr double kLost = 1e-3;    // the probe is all rounding: draw another
constexpr double kAboveFloor = 10;
constexpr int kDistances = 4;

double or_infinite(double value) { return std::isfinite(value) ? value : HUGE_VAL; }

}  // namespace

Watch::Watch(std::uint64_t seed, NodeId nodes, NodeId self)
    : seed_(seed), self_(self), nodes_(nodes) {}

void Watch::begin(const MixPlan& plan, double stationary) {
  weight_ = std::sqrt(static_cast<double>(nodes_) * stationary);
  contraction_ = plan.contraction;
  // Of a mix's K fused passes: each adds a few ulps, and momentum carries up to K of them on.
  const double k = plan.steps();
  rounding_ = 1e-14 + 2e-16 * k * k;
  next_ = Next::fresh;
  entered_ = learned_ = false;
  size_ = bound_ = window_ = 1;
  noise_ = 0;
  laps_ = 0;
  breach_.reset();
}

// Differences over random distances around the circle of ids: every value is added at one node and
// taken away at another, so the pi-mean is zero, and no eigenvector is left out. Each node draws
// what it needs of the others' values.
double Watch::draw() {
  RandomStream distances(seed_, Purpose::watch, nodes_, generation_);
  double sum = 0;
  for (std::uint32_t d = 0; d < kDistances; ++d) {
    const auto distance = static_cast<NodeId>(1 + distances.below(nodes_ - 1));
    const NodeId other = (self_ + nodes_ - distance) % nodes_;
    const std::uint32_t step = generation_ * kDistances + d;
    sum += RandomStream(seed_, Purpose::watch, self_, step).normal() -
           RandomStream(seed_, Purpose::watch, other, step).normal();
  }
  return sum / (weight_ * weight_);
}

void Watch::enter(Ride& ride, int mixes) {
  if (nodes_ < 2) return;
  mixes_before_ = std::exchange(mixes_, mixes);
  double end = ride.probe;
  if (entered_) {
    const bool sound = size_ > 0 && std::isfinite(size_);
    end /= sound ? size_ : 1;
    start_ /= sound ? size_ : 1;
    const double q = std::pow(contraction_, mixes_before_);
    if (!sound || noise_ > kLost) {
      next_ = Next::fresh;
      ++generation_;
    } else if (noise_ > kNoise || window_ * q < kWindow) {
      next_ = Next::project;
    } else {
      next_ = Next::power;
    }
    window_ = next_ == Next::power ? window_ * q : 1;
  }
  ride.probe_high = entered_ ? or_infinite(weight_ * end) : 0;
  ride.probe_low = entered_ ? or_infinite(-weight_ * end) : 0;
  start_ = next_ == Next::fresh ? draw() : next_ == Next::power ? end : start_ - end;
  ride.probe_size = or_infinite(weight_ * std::abs(start_));
  ride.probe = ride.probe_before = start_;
  entered_ = true;
}

void Watch::learn(const Ride& ride) {
  if (nodes_ < 2) return;
  const double size = ride.probe_size;
  if (!learned_) {
    learned_ = true;
    size_ = size;
    return;
  }
  const double root = std::sqrt(static_cast<double>(nodes_));
  const double moved = std::max(ride.probe_high, ride.probe_low), floor = noise_ + rounding_;
  const double promised = std::pow(contraction_, mixes_before_) * bound_ + floor;
  // Near the floor a lap shows its rounding only.
  if (moved > kAboveFloor * floor) recent_[laps_++ % kRecent] = {std::log(moved), mixes_before_};
  const bool one_sided = std::min(ride.probe_high, ride.probe_low) < -root * floor;
  if (!(moved <= root * promised) || one_sided)
    breach_ = Breach{std::max(std::pow(moved, 1.0 / mixes_before_), measured()), one_sided};
  switch (next_) {
    case Next::fresh:
      bound_ = size;
      noise_ = 0;
      break;
    case Next::power:
      bound_ = std::min(promised, moved);
      noise_ = floor;
      break;
    case Next::project:
      bound_ += promised;
      noise_ = rounding_;
      break;
  }
  size_ = size;
  bound_ = size > 0 ? std::min(bound_ / size, 1.0) : 1;
  noise_ = size > 0 ? noise_ / size : 1;
}

void Watch::carry(Carrier& carrier) {
  carrier(mixes_, mixes_before_, start_, next_, generation_, window_, entered_, learned_);
  carrier(size_, bound_, noise_, laps_);
  for (Lap& lap : recent_) carrier(lap.growth, lap.mixes);
}

double Watch::measured() const {
  const std::size_t count = std::min(laps_, kRecent);
  if (count == 0) return -1;
  double growth = 0;
  int mixes = 0;
  for (std::size_t l = 0; l < count; ++l) {
    growth += recent_[l].growth;
    mixes += recent_[l].mixes;
  }
  return std::exp(growth / mixes);
}

}  // namespace starling
