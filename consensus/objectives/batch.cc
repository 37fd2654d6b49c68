#include "consensus/objectives/batch.h"

#include <algorithm>
#include <numeric>

#include "topology/random.h"

namespace starling {

Batch BatchSampler::draw(std::uint64_t seed, std::uint64_t step, std::uint64_t size) {
  if (size >= rows_) return {nullptr, rows_};
  const std::uint64_t batches = (rows_ + size - 1) / size;
  const std::uint64_t begin = step % batches * size;
  return {order(seed, step / batches).data() + begin, std::min(size, rows_ - begin)};
}

const std::vector<std::uint64_t>& BatchSampler::order(std::uint64_t seed, std::uint64_t epoch) {
  if (order_.empty() || seed != seed_ || epoch != epoch_) {
    order_.resize(rows_);
    std::iota(order_.begin(), order_.end(), std::uint64_t{0});
    RandomStream stream(seed, Purpose::batch, node_, static_cast<std::uint32_t>(epoch));
    shuffle(order_, stream);
    seed_ = seed;
    epoch_ = epoch;
  }
  return order_;
}

}  // namespace starling
