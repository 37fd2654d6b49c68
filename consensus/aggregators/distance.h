#pragma once

#include <cstddef>

namespace starling {

// |a - b|^2 in double: eight partial sums in fixed order, the same bits at every vector width.
template <class A, class B>
double squared_distance(const A* a, const B* b, std::size_t size) {
  constexpr std::size_t kLanes = 8;
  double sum[kLanes] = {};
  const auto add = [&](std::size_t k, std::size_t lane) {
    const double difference = static_cast<double>(a[k]) - static_cast<double>(b[k]);
    sum[lane] += difference * difference;
  };
  std::size_t k = 0;
  for (; k + kLanes <= size; k += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(k + lane, lane);
  for (std::size_t lane = 0; k < size; ++k, ++lane) add(k, lane);
  return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

}  // namespace starling
