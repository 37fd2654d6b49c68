#include <algorithm>

#include "consensus/kernels/product.h"
#include "consensus/objectives/fixed_order.h"
#include "consensus/objectives/network/stages.h"
#include "consensus/objectives/network/weighted.h"

namespace starling {
namespace {

// As one product an image: row p of `patches_` is what pixel p sees (im2col).
//
//   Z = patches W + b,   grad W = patches^T slope,   slope along patches = slope W^T
class Convolution final : public WeightedStage {
 public:
  Convolution(Shape input, std::uint64_t units, std::uint64_t kernel, double gain)
      : WeightedStage(kernel * kernel * input.channels, units, gain),
        input_(input),
        kernel_(kernel) {}

  void forward(const Pass& pass, const double* x, const double* in, Values& out) override {
    const double *weights = x + at_.parameters, *biases = weights + inputs_ * units_;
    const std::uint64_t pixels = input_.pixels();
    out.resize(pass.rows * pixels * units_);
    for (std::uint64_t p = 0; p < pass.rows * pixels; ++p)
      std::copy_n(biases, units_, out.data() + p * units_);
    for (std::uint64_t row = 0; row < pass.rows; ++row) {
      take_patches(in + row * input_.values());
      add_product({patches_.data(), pixels, inputs_}, {weights, inputs_, units_}, Transposed::none,
                  out.data() + row * pixels * units_);
    }
  }

  void backward(const Pass& pass, const double* x, const double* in, const Values& slope,
                Values* below, double* gradient) override {
    double *weights = gradient + at_.parameters, *biases = weights + inputs_ * units_;
    const std::uint64_t pixels = input_.pixels();
    for (std::uint64_t p = 0; p < pass.rows * pixels; ++p)
      add_scaled(biases, 1, slope.data() + p * units_, units_);
    if (below) below->assign(pass.rows * input_.values(), 0.0);
    for (std::uint64_t row = 0; row < pass.rows; ++row) {
      const MatrixView along{slope.data() + row * pixels * units_, pixels, units_};
      take_patches(in + row * input_.values());
      add_product({patches_.data(), pixels, inputs_}, along, Transposed::left, weights);
      if (!below) continue;
      std::fill(patches_.begin(), patches_.end(), 0.0);
      add_product(along, {x + at_.parameters, inputs_, units_}, Transposed::right, patches_.data());
      give_patches(below->data() + row * input_.values());
    }
  }

 private:
  // Calls visit(patch, pixels, count) for each row of the kernel over each pixel: `count` values at
  // `patch` in patches_ are those at `pixels` in the image.
  template <class Visit>
  void for_runs(Visit visit) {
    const std::uint64_t reach = kernel_ / 2, channels = input_.channels;
    for (std::uint64_t i = 0; i < input_.height; ++i)
      for (std::uint64_t j = 0; j < input_.width; ++j) {
        const std::uint64_t first = j < reach ? reach - j : 0;  // column of the kernel inside
        const std::uint64_t last = std::min(kernel_, input_.width + reach - j);
        const std::uint64_t patch = (i * input_.width + j) * inputs_;
        for (std::uint64_t k = 0; k < kernel_; ++k) {
          if (i + k < reach || i + k >= input_.height + reach) continue;
          const std::uint64_t pixel = (i + k - reach) * input_.width + j + first - reach;
          visit(patch + (k * kernel_ + first) * channels, pixel * channels,
                (last - first) * channels);
        }
      }
  }

  void take_patches(const double* image) {
    patches_.assign(input_.pixels() * inputs_, 0.0);
    for_runs([&](std::uint64_t patch, std::uint64_t pixel, std::uint64_t count) {
      std::copy_n(image + pixel, count, patches_.data() + patch);
    });
  }

  void give_patches(double* image) {
    for_runs([&](std::uint64_t patch, std::uint64_t pixel, std::uint64_t count) {
      add_scaled(image + pixel, 1, patches_.data() + patch, count);
    });
  }

  const Shape input_;
  const std::uint64_t kernel_;
  Values patches_;
};

}  // namespace

std::unique_ptr<Stage> make_convolution(Shape input, std::uint64_t units, std::uint64_t kernel,
                                        double gain) {
  return std::make_unique<Convolution>(input, units, kernel, gain);
}

}  // namespace starling
