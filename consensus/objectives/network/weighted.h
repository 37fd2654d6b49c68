#pragma once

#include <algorithm>
#include <cmath>

#include "consensus/objectives/network/stage.h"

namespace starling {

// A stage of units, each with a weight for every input and a bias.
//
// x: W (inputs x units, row by row), then b. It starts as He does (Glorot for tanh): W from
// N(0, gain / inputs), b = 0.
class WeightedStage : public Stage {
 public:
  WeightedStage(std::uint64_t inputs, std::uint64_t units, double gain)
      : inputs_(inputs), units_(units), gain_(gain) {}

  void start(RandomStream& stream, double* x) const final {
    const double deviation = std::sqrt(gain_ / static_cast<double>(inputs_));
    double* weights = x + at_.parameters;
    for (std::uint64_t k = 0; k < inputs_ * units_; ++k) weights[k] = deviation * stream.normal();
    std::fill_n(weights + inputs_ * units_, units_, 0.0);
  }

 protected:
  const std::uint64_t inputs_, units_;

 private:
  const double gain_;
};

}  // namespace starling
