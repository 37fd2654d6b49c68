#include "topology/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace starling {

// Philox's key is the seed. Its counter is (index, step, node, purpose + 2^8 * carry of the index):
// the name of the stream and the number of the block in it, so that no two streams share a block.
RandomStream::RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t node,
                           std::uint32_t step)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, step, node, static_cast<std::uint32_t>(purpose)} {}

std::uint64_t RandomStream::bits() {
  if (left_ == 0) {
    const r123::Philox4x32::ctr_type counter = {
        {counter_[0], counter_[1], counter_[2], counter_[3]}};
    const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
    const auto words = r123::Philox4x32()(counter, key);
    block_[0] = words[0] | static_cast<std::uint64_t>(words[1]) << 32;
    block_[1] = words[2] | static_cast<std::uint64_t>(words[3]) << 32;
    if (++counter_[0] == 0) counter_[3] += 1u << 8;  // after 2^32 blocks
    left_ = 2;
  }
  return block_[2 - left_--];
}

double RandomStream::uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

// Lemire 2019, "Fast random integer generation in an interval": the high half of a 128-bit product;
// the few low halves that would be hit once too often are rejected.
std::uint64_t RandomStream::below(std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(bits()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold)
      product = static_cast<Wide>(bits()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

// The sine of the pair is thrown away: caching it would make a draw depend on what was asked
// before.
double RandomStream::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

// Marsaglia & Tsang 2000; a shape below one by G(a) = G(a + 1) U^{1/a}.
double RandomStream::gamma(double shape) {
  if (shape < 1) {
    const double boost = std::pow(1 - uniform(), 1 / shape);
    return gamma(shape + 1) * boost;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(1 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

}  // namespace starling
