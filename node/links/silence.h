#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "node/exchange/transport.h"

namespace starling {

// How long a link may be silent before it counts as down.
//
//   G = median + 8 MAD of its gaps between arrivals, within [grace, grace_max]
//
// Only time in which this node itself ran counts: forgive() moves the clock on by what it slept.
class Silence {
 public:
  void heard(Instant now) {
    if (last_ > Instant(0)) {
      gaps_[next_++ % kGaps] = now - last_;
    }
    last_ = heard_at_ = now;
  }
  void restart(Instant now) { last_ = now; }
  void forgive(Instant slept, Instant now) { last_ = std::min(last_ + slept, now); }
  Instant silent_for(Instant now) const { return now - last_; }
  Instant heard_at() const { return heard_at_; }  // the last sign of life itself

  Instant limit(Instant grace, Instant grace_max) const {
    std::vector<Instant> gaps(gaps_.begin(), gaps_.begin() + std::min(next_, kGaps));
    if (gaps.empty()) return grace;
    const Instant middle = median(gaps);
    for (Instant& gap : gaps) gap = gap > middle ? gap - middle : middle - gap;
    return std::clamp(middle + 8 * median(gaps), grace, std::max(grace, grace_max));
  }

 private:
  static Instant median(std::vector<Instant>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }
  static constexpr std::size_t kGaps = 64;
  std::array<Instant, kGaps> gaps_{};
  std::size_t next_ = 0;
  Instant last_{0};  // what silence counts from: moved by what is forgiven
  Instant heard_at_{0};
};

}  // namespace starling
