#pragma once

#include <cstdint>
#include <vector>

namespace starling {

// The rows a gradient is of.
struct Batch {
  const std::uint64_t* rows = nullptr;  // null: the first `size`, in order
  std::uint64_t size = 0;
  std::uint64_t row(std::uint64_t k) const { return rows ? rows[k] : k; }
};

// Mini-batches without replacement: each epoch visits every row once, in an order of its own. Which
// rows a step sees follows from (seed, node, step) alone, so every executor sees the same.
//
//   epoch = step / ceil(rows / size)      batch b of it = rows b size .. (b + 1) size - 1 of a
//   shuffle
//
// The last batch of an epoch may be smaller. A size of `rows` or more is all rows, in their order.
class BatchSampler {
 public:
  BatchSampler(std::uint64_t rows, std::uint32_t node) : rows_(rows), node_(node) {}
  // Requires  size > 0. The batch stands until the next draw.
  Batch draw(std::uint64_t seed, std::uint64_t step, std::uint64_t size);
  // All rows as this epoch visits them. It stands until the next draw or order.
  const std::vector<std::uint64_t>& order(std::uint64_t seed, std::uint64_t epoch);

 private:
  std::uint64_t rows_;
  std::uint32_t node_;
  std::vector<std::uint64_t> order_;  // of the epoch shuffled last, under its seed
  std::uint64_t seed_ = 0, epoch_ = 0;
};

}  // namespace starling
