#include "topology/schedules/probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "topology/random.h"

namespace starling {
namespace {

double length(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

}  // namespace

Probe disagreement_probe(NodeId nodes) {
  constexpr std::uint64_t kSeed = 1;
  constexpr std::uint32_t kVectors = 4;
  Probe probe;
  if (nodes < 2) return probe;
  for (std::uint32_t v = 0; v < kVectors; ++v) {
    RandomStream stream(kSeed, Purpose::schedule, v);
    std::vector<double> x(nodes);
    for (double& value : x) value = stream.normal();
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / nodes;
    for (double& value : x) value -= mean;
    const double scale = 1 / length(x);
    for (double& value : x) value *= scale;
    probe.push_back(std::move(x));
  }
  return probe;
}

double probe_length(const Probe& probe) {
  double longest = 0;
  for (const auto& x : probe) longest = std::max(longest, length(x));
  return longest;
}

}  // namespace starling
