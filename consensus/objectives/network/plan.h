#pragma once

#include <cstdint>
#include <vector>

#include "consensus/objectives/network/layers.h"

namespace starling {

// What a row is between two stages: height x width pixels, row by row, the channels of a pixel side
// by side. A plain vector is one pixel.
struct Shape {
  std::uint64_t height = 1, width = 1, channels = 1;
  std::uint64_t pixels() const { return height * width; }
  std::uint64_t values() const { return pixels() * channels; }
};

// Batch normalisation divides by sqrt(v + this): normalisation.cc.
inline constexpr double kNormalisationEpsilon = 1e-5;

// A share of x, or where in x it begins.
struct Extent {
  std::uint64_t parameters = 0, statistics = 0;
};

// One step of a network as it is planned: what Network builds for the CPU, cuda/network for a GPU.
struct StagePlan {
  enum class Kind { dense, convolution, max, average, normalisation, activation };
  Kind kind;
  Shape input;
  std::uint64_t units = 0;                 // dense, convolution
  std::uint64_t side = 0;                  // pixels: of a kernel, of a square that becomes one
  double gain = 0;                         // dense, convolution: of the activation behind
  const Activation* activation = nullptr;  // activation
  double dropout = 0;                      // activation
  bool gossip = false;                     // normalisation

  Shape output() const;
  std::uint64_t inputs() const;  // of one unit: dense, convolution
  Extent extent() const;
};
using Plan = std::vector<StagePlan>;

// Where in x each stage's share begins, and one more for the end: the parameters of all stages,
// then their statistics. Errors    ObjectiveError: more than 2^32 parameters.
std::vector<Extent> places(const Plan& plan);

}  // namespace starling
