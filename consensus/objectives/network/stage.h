#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "topology/random.h"

namespace starling {

// What a row is between two stages: height x width pixels, row by row, the channels of a pixel side
// by side. A plain vector is one pixel.
struct Shape {
  std::uint64_t height = 1, width = 1, channels = 1;
  std::uint64_t pixels() const { return height * width; }
  std::uint64_t values() const { return pixels() * channels; }
};

// A block of rows on its way through a network.
struct Pass {
  // gather: what stages have to know of the node's rows before they can predict.
  enum class Aim { learn, gather, predict };
  Aim aim;
  std::uint64_t rows;
  double share = 0;                  // of one row in the mean over all
  RandomStream* dropping = nullptr;  // null: nothing is dropped
};

// One step of a network: out = stage(in), for a block of rows at once. It may remember of `forward`
// what `backward` of the same block needs.
//
// Shapes    in, out and slopes: rows by values of the shapes, row by row. What `in` points to
//           stands from `forward` to `backward`; out and below are resized.
class Stage {
 public:
  using Values = std::vector<double>;
  struct Extent {
    std::uint64_t parameters = 0, statistics = 0;
  };

  virtual ~Stage() = default;
  virtual Shape output() const = 0;
  virtual Extent extent() const { return {}; }  // its share of x
  void place(Extent begin) { at_ = begin; }     // where in x that begins
  virtual void start(RandomStream&, double* /*x*/) const {}
  virtual bool gathers() const { return false; }
  virtual void begin_gathering() {}

  virtual void forward(const Pass& pass, const double* x, const double* in, Values& out) = 0;
  // `slope` along out; below: along in, null if nobody asks. Adds to `gradient`.
  virtual void backward(const Pass& pass, const double* x, const double* in, const Values& slope,
                        Values* below, double* gradient) = 0;

 protected:
  Extent at_;
};

}  // namespace starling
