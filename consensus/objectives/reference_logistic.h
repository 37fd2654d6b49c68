#pragma once

#include <cstdint>
#include <vector>

#include "consensus/objectives/starling_objective.h"

namespace starling {

// Dense rows of length at most 1 with labels 0/1, owned.
struct ReferenceSamples {
  std::vector<double> value, label;
  starling_data view(std::uint64_t columns) const {
    return {label.size(), columns, 2, nullptr, nullptr, value.data(), label.data()};
  }
};

// The data of the logistic reference problem: `samples` rows a node around a shift of the node's
// own, labelled by one hidden plane with some noise.
//
//   stream of `seed`: w = 3 uni(d);  per node shift = heterogeneity/2 uni(d);
//   per sample a = uni(d) + shift, a /= max(1, |a|), b = sign(w.a + 0.3 uni())
struct LogisticFamily {
  std::uint64_t dimension = 8, samples = 40;
  double heterogeneity = 1;
  std::uint64_t seed = 7;

  ReferenceSamples node(std::uint32_t i) const;  // the stream is entered where i's numbers begin
};

}  // namespace starling
