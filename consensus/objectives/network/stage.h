#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "consensus/objectives/network/plan.h"
#include "topology/random.h"

namespace starling {

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

  virtual ~Stage() = default;
  void place(Extent begin) { at_ = begin; }  // its share of x
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
