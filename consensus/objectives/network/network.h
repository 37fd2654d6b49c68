#pragma once

#include "consensus/objectives/network/stage.h"

namespace starling {

// Stages one after the other, and where each finds its share of x: the parameters of all stages,
// then their statistics.
class Network {
 public:
  using Stages = std::vector<std::unique_ptr<Stage>>;
  // Errors    ObjectiveError: more than 2^32 parameters.
  explicit Network(Stages stages);

  std::uint64_t dimension() const { return end_.parameters + end_.statistics; }
  std::uint64_t parameters() const { return end_.parameters; }  // they come first in x
  // Every stage draws from a stream of its own, (seed, its number among those with parameters).
  void start(std::uint64_t seed, double* x) const;

  // Statistics of the rows in the passes that gather, from here on.
  bool gathers() const;
  void begin_gathering();

  // What the last stage makes of a block of rows, which stands until `backward`; the result may
  // become the slope for that.
  Stage::Values& forward(const Pass& pass, const double* x, const double* rows);
  // Adds the block's to the gradient; the result of `forward` holds the slope along itself.
  void backward(const Pass& pass, const double* x, double* gradient);

 private:
  const double* in(std::size_t stage) const;

  Stages stages_;
  Stage::Extent end_;
  const double* rows_ = nullptr;
  std::vector<Stage::Values> out_;  // of each stage
  Stage::Values slope_, below_;
};

}  // namespace starling
