#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace starling {

// How a vector of d values is cut for the wire: pieces of `chunk` bytes, a vector of up to two
// chunks stays whole. A function of shared values only, so every node cuts alike.
struct Chunks {
  std::size_t dimension = 0, length = 0;  // values in all, and in each chunk but the last

  static Chunks of(std::size_t dimension, std::uint64_t chunk_bytes, std::size_t value_bytes) {
    const std::size_t length = std::max<std::size_t>(chunk_bytes / value_bytes, 1);
    return {dimension, dimension <= 2 * length ? std::max<std::size_t>(dimension, 1) : length};
  }
  std::uint32_t count() const {
    return static_cast<std::uint32_t>(std::max<std::size_t>((dimension + length - 1) / length, 1));
  }
  std::size_t begin(std::uint32_t chunk) const { return chunk * length; }
  std::size_t size(std::uint32_t chunk) const {
    return std::min(length, dimension - std::min(dimension, begin(chunk)));
  }
};

}  // namespace starling
