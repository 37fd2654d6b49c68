#include "topology/schedules/equidyn_rate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace starling {

NodeId ou_equidyn_pairs(NodeId n, NodeId u) {
  if (u <= n / 2) {
    const NodeId twos = n / u / 2, left = n - 2 * u * twos;
    return u * twos + (left > u ? left - u : 0);
  }
  // Blocks of v nodes after the first: block 0 finds its targets taken, block 1 takes block 0, ...
  const NodeId v = n - u, rest = n - 2 * v;
  return v + v * (rest / v / 2) + (rest / v % 2 == 1 ? rest % v : 0);
}

double ou_equidyn_rate_squared(NodeId n, double eta) {
  std::vector<double> pairs(n), cosine(n);
  double total = 0, variation = 0;
  for (NodeId u = 1; u < n; ++u) total += pairs[u] = ou_equidyn_pairs(n, u);
  pairs[0] = pairs[1];  // as good as any value for the bound, which holds for the sum with it
  for (NodeId u = 0; u < n; ++u) {
    variation += std::abs(pairs[(u + 1) % n] - pairs[u]);
    cosine[u] = std::cos(2 * std::numbers::pi * std::min(u, n - u) / n);
  }
  double largest = -total;  // of sum_u m_u cos(2 pi f u / n)
  for (NodeId f = 1; f <= n / 2; ++f) {
    const double bound = variation / (2 * std::sin(std::numbers::pi * f / n)) - pairs[0];
    if (bound < largest) break;
    double sum = -pairs[0];
    std::uint64_t at = 0;
    for (NodeId u = 0; u < n; ++u) {
      sum += pairs[u] * cosine[at];
      at += f;
      if (at >= n) at -= n;
    }
    largest = std::max(largest, sum);
  }
  const double w = eta * (n - 1) / n;
  const double least = 2 * (total - largest) / (static_cast<double>(n) * (n - 1));
  return 1 - 2 * w * (1 - w) * least;
}

}  // namespace starling
