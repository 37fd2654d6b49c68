#pragma once

#include "node/exchange/transport.h"
#include "topology/random.h"

namespace starling {

// How bytes travel from one host to another. What is lost, doubled or overtaken below TCP shows as
// delay, because TCP repairs it: nothing behind a lost segment arrives before it is sent again.
struct LinkModel {
  enum class Jitter { constant, uniform, exponential, heavy };  // heavy: Pareto, shape 1.5
  Jitter jitter = Jitter::constant;
  double delay_s = 1e-3;       // the least, one way
  double jitter_s = 0;         // the mean of what comes on top; constant: always
  double bandwidth = 1e9;      // bytes a second, of each connection and direction
  double loss = 0;             // probability that a frame has to be sent again
  double burst = 0;            // the same for the frame after one that was
  double repair_s = 0.2;       // the first timeout; it doubles
  double repair_most_s = 0.6;  // all timeouts of one frame together

  // One frame's way, without its time at the sender. lost: whether the one before was.
  Instant draw(RandomStream& stream, bool& lost) const;
};

inline Instant seconds_of(double s) {
  return std::chrono::duration_cast<Instant>(std::chrono::duration<double>(s));
}

}  // namespace starling
