#include "cuda/images.h"
#include "cuda/network/stage.h"

namespace starling::cuda {
namespace {

//   Z = A W,   grad W += A^T slope,   slope along A = slope W^T
//
// Shapes    A: count x inputs, Z: count x units.
template <class Real>
class Product : public Stage<Real> {
 public:
  Product(Device& device, const StagePlan& plan, Extent at)
      : device_(device),
        inputs_(plan.inputs()),
        units_(plan.units),
        weights_(at.parameters),
        out_(device) {}

 protected:
  Real* multiply(std::size_t count, const Real* x, const Real* a) {
    Real* const z = out_.reserve(count * units_);
    device_.multiply(Transpose::no, Transpose::no, units_, count, inputs_, x + weights_, units_, a,
                     inputs_, Real(0), z, units_);
    return z;
  }
  void add_gradient(std::size_t count, const Real* a, const Real* slope, Real* gradient) {
    device_.multiply(Transpose::no, Transpose::yes, units_, inputs_, count, slope, units_, a,
                     inputs_, Real(1), gradient + weights_, units_);
  }
  void slopes(std::size_t count, const Real* x, const Real* slope, Real* a) {
    device_.multiply(Transpose::yes, Transpose::no, inputs_, count, units_, x + weights_, units_,
                     slope, units_, Real(0), a, inputs_);
  }

  Device& device_;

 private:
  const std::size_t inputs_, units_, weights_;
  Buffer<Real> out_;
};

template <class Real>
class Dense final : public Product<Real> {
 public:
  using Product<Real>::Product;

  Real* forward(const Pass& pass, const Real* x, Real* in) override {
    return this->multiply(pass.rows, x, in);
  }
  void backward(const Pass& pass, const Real* x, Real* in, Real* slope, bool wanted,
                Real* gradient) override {
    this->add_gradient(pass.rows, in, slope, gradient);
    if (wanted) this->slopes(pass.rows, x, slope, in);
  }
};

// As one product a block: row p of `patches_` is what pixel p sees (im2col).
template <class Real>
class Convolution final : public Product<Real> {
 public:
  Convolution(Device& device, const StagePlan& plan, Extent at)
      : Product<Real>(device, plan, at),
        shape_{{plan.input.height, plan.input.width, plan.input.channels}, plan.side},
        pixels_(plan.input.pixels()),
        patches_(device) {}

  Real* forward(const Pass& pass, const Real* x, Real* in) override {
    Real* const patches = patches_.reserve(pass.rows * pixels_ * shape_.values());
    take_patches(this->device_.stream(), shape_, pass.rows, in, patches);
    return this->multiply(pass.rows * pixels_, x, patches);
  }
  void backward(const Pass& pass, const Real* x, Real* in, Real* slope, bool wanted,
                Real* gradient) override {
    this->add_gradient(pass.rows * pixels_, patches_.data(), slope, gradient);
    if (!wanted) return;
    this->slopes(pass.rows * pixels_, x, slope, patches_.data());
    give_patches(this->device_.stream(), shape_, pass.rows, patches_.data(), in);
  }

 private:
  const Patches shape_;
  const std::size_t pixels_;
  Buffer<Real> patches_;
};

}  // namespace

template <class Real>
std::unique_ptr<Stage<Real>> make_product(Device& device, const StagePlan& plan, Extent at) {
  if (plan.kind == StagePlan::Kind::convolution)
    return std::make_unique<Convolution<Real>>(device, plan, at);
  return std::make_unique<Dense<Real>>(device, plan, at);
}

template std::unique_ptr<Stage<float>> make_product(Device&, const StagePlan&, Extent);
template std::unique_ptr<Stage<double>> make_product(Device&, const StagePlan&, Extent);

}  // namespace starling::cuda
