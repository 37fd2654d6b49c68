#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace starling {

// What one node holds of one gossip step: its own vector and its neighbors', each whole.
//
// Shapes    own, neighbors[j]: size values, all finite; weights: one w_ij per neighbor.
template <class Real>
struct Heard {
  const Real* own = nullptr;
  std::span<const Real* const> neighbors;  // ascending NodeId
  std::span<const double> weights;
  std::size_t size = 0;
  std::size_t tolerated = 0;  // b: so many of the neighbors may lie
  double radius = 0;          // of centered_clipping; 0: from the distances
  const std::function<double(const Real*)>* loss = nullptr;  // f_i, where the rule reads it
};

// What a rule made of one neighbor's vector.
struct Verdict {
  bool dropped = false;                   // left out whole
  bool clipped = false;                   // drawn nearer, or outweighed
  std::uint64_t trimmed_coordinates = 0;  // left out of single coordinates
};

// Buffers a rule uses again, so that it allocates nothing after the first step.
template <class Real>
struct AggregatorWork {
  std::vector<Real> values, scaled;
  std::vector<double> distances, scores, centre;
  std::vector<std::size_t> order, kept;
  std::vector<const Real*> chosen;
  std::vector<Verdict> unused;
};

// A robust rule: AGG_i(own, neighbors) in place of the mean. Whatever at most b neighbors send, the
// result stays where the honest vectors are.
template <class Real>
using AggregatorRule = void (*)(const Heard<Real>& heard, AggregatorWork<Real>& work, Real* out,
                                std::span<Verdict> verdicts);

// One rule of the catalogue (section F); parser, lists, docs and property tests read this table.
struct AggregatorEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  AggregatorRule<float> rule_float;
  AggregatorRule<double> rule_double;
  // The least number of neighbors a node needs so that b of them may lie.
  std::size_t (*least_neighbors)(std::size_t b);
  bool reads_weights = false;  // mixes by W, whose weights must not be negative
  bool reads_loss = false;     // evaluates f_i at the neighbors' vectors
  bool reads_radius = false;   // shared.mixing.radius

  template <class Real>
  AggregatorRule<Real> rule() const {
    if constexpr (sizeof(Real) == sizeof(float))
      return rule_float;
    else
      return rule_double;
  }
};

std::span<const AggregatorEntry> aggregators();
const AggregatorEntry* find_aggregator(std::string_view name);

}  // namespace starling
