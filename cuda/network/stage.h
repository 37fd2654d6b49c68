#pragma once

#include <memory>

#include "consensus/objectives/network/plan.h"
#include "cuda/device.h"
#include "topology/random.h"

namespace starling::cuda {

// A block of rows on its way through a network.
struct Pass {
  std::size_t rows;
  double share;            // of one row in the mean over all
  RandomStream* dropping;  // null: nothing is dropped
};

// One step of a network on the device, only queued: out = stage(in), for a block of rows at once.
//
// Shapes    as of the stages on the CPU (consensus/objectives/network), row by row; BLAS, which
//           counts column by column, sees each transposed: Z = A W is Z^T = W^T A^T.
template <class Real>
class Stage {
 public:
  virtual ~Stage() = default;
  // The result may be `in` itself; it and `in` stand until `backward` of the same block.
  virtual Real* forward(const Pass& pass, const Real* x, Real* in) = 0;
  // `slope` is what `forward` returned, now the slope along that; `in` becomes the one along itself
  // if `wanted`. Adds to `gradient`.
  virtual void backward(const Pass& pass, const Real* x, Real* in, Real* slope, bool wanted,
                        Real* gradient) = 0;
};

// Dense and convolution, without the bias, which the next stage adds.
template <class Real>
std::unique_ptr<Stage<Real>> make_product(Device& device, const StagePlan& plan, Extent at);

// a = activation(z + b), dropped out as planned; each where it is not null. `bias` is a number in
// x.
template <class Real>
std::unique_ptr<Stage<Real>> make_biased(Device& device, Shape shape, const std::uint64_t* bias,
                                         const StagePlan* activation);

template <class Real>
std::unique_ptr<Stage<Real>> make_pool(Device& device, const StagePlan& plan);

template <class Real>
std::unique_ptr<Stage<Real>> make_normalisation(Device& device, const StagePlan& plan, Extent at);

}  // namespace starling::cuda
