#include "cuda/images.h"
#include "cuda/network/stage.h"

namespace starling::cuda {
namespace {

template <class Real>
class Pool final : public Stage<Real> {
 public:
  Pool(Device& device, const StagePlan& plan)
      : device_(device),
        kind_(plan.kind == StagePlan::Kind::max ? PoolKind::max : PoolKind::average),
        squares_{{plan.input.height, plan.input.width, plan.input.channels}, plan.side},
        out_(device) {}

  Real* forward(const Pass& pass, const Real*, Real* in) override {
    Real* const out = out_.reserve(pass.rows * squares_.output().values());
    pool(device_.stream(), kind_, squares_, pass.rows, in, out);
    return out;
  }
  void backward(const Pass& pass, const Real*, Real* in, Real* slope, bool wanted, Real*) override {
    if (wanted) pool_slopes(device_.stream(), kind_, squares_, pass.rows, slope, in);
  }

 private:
  Device& device_;
  const PoolKind kind_;
  const Squares squares_;
  Buffer<Real> out_;
};

}  // namespace

template <class Real>
std::unique_ptr<Stage<Real>> make_pool(Device& device, const StagePlan& plan) {
  return std::make_unique<Pool<Real>>(device, plan);
}

template std::unique_ptr<Stage<float>> make_pool(Device&, const StagePlan&);
template std::unique_ptr<Stage<double>> make_pool(Device&, const StagePlan&);

}  // namespace starling::cuda
