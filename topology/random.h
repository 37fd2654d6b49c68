#pragma once

#include <cstdint>
#include <utility>

namespace starling {

// What a stream is for: part of its name, so no two uses share numbers.
enum class Purpose : std::uint32_t {
  graph = 1,
  weights,
  partition,
  inputs,
  test,
  jitter,
  schedule,
  watch,
  spectrum,
  attack,
  simulation,
  batch,
  initial,
  dropout
};

// A counter-based random stream (Philox4x32-10): (seed, purpose, node, step) names it, no state is
// shared. Distributions are our own, so a draw is the same on every machine and in every executor.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t node = 0, std::uint32_t step = 0);
  std::uint64_t bits();                      // 64 random bits
  double uniform();                          // [0, 1), 53 bits
  std::uint64_t below(std::uint64_t bound);  // [0, bound), unbiased
  double normal();                           // N(0, 1), Box-Muller
  double gamma(double shape);                // Gamma(shape, 1), Marsaglia-Tsang

 private:
  std::uint32_t key_[2];
  std::uint32_t counter_[4];
  std::uint64_t block_[2] = {};
  int left_ = 0;
};

// Fisher-Yates, i = n-1 .. 1.
template <class Range>
void shuffle(Range& values, RandomStream& stream) {
  for (std::uint64_t i = values.size(); i-- > 1;) {
    using std::swap;
    swap(values[i], values[stream.below(i + 1)]);
  }
}

}  // namespace starling
