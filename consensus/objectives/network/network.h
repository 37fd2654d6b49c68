#pragma once

#include "consensus/objectives/network/stage.h"

namespace starling {

// A plan's stages, built, one after the other.
class Network {
 public:
  // Errors    ObjectiveError: more than 2^32 parameters.
  explicit Network(const Plan& plan);

  std::uint64_t dimension() const { return end_.statistics; }
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

  struct Built {
    std::unique_ptr<Stage> stage;
    bool starts;  // it has parameters
  };
  std::vector<Built> stages_;
  Extent end_;
  const double* rows_ = nullptr;
  std::vector<Stage::Values> out_;  // of each stage
  Stage::Values slope_, below_;
};

}  // namespace starling
