#include <algorithm>

#include "consensus/kernels/product.h"
#include "consensus/objectives/fixed_order.h"
#include "consensus/objectives/network/stages.h"
#include "consensus/objectives/network/weighted.h"

namespace starling {
namespace {

class Dense final : public WeightedStage {
 public:
  Dense(Shape input, std::uint64_t units, double gain)
      : WeightedStage(input.values(), units, gain) {}

  void forward(const Pass& pass, const double* x, const double* in, Values& out) override {
    const double *weights = x + at_.parameters, *biases = weights + inputs_ * units_;
    out.resize(pass.rows * units_);
    for (std::uint64_t k = 0; k < pass.rows; ++k)
      std::copy_n(biases, units_, out.data() + k * units_);
    add_product({in, pass.rows, inputs_}, {weights, inputs_, units_}, Transposed::none, out.data());
  }

  void backward(const Pass& pass, const double* x, const double* in, const Values& slope,
                Values* below, double* gradient) override {
    double *weights = gradient + at_.parameters, *biases = weights + inputs_ * units_;
    add_product({in, pass.rows, inputs_}, {slope.data(), pass.rows, units_}, Transposed::left,
                weights);
    for (std::uint64_t k = 0; k < pass.rows; ++k)
      add_scaled(biases, 1, slope.data() + k * units_, units_);
    if (!below) return;
    below->assign(pass.rows * inputs_, 0.0);
    add_product({slope.data(), pass.rows, units_}, {x + at_.parameters, inputs_, units_},
                Transposed::right, below->data());
  }
};

}  // namespace

std::unique_ptr<Stage> make_dense(Shape input, std::uint64_t units, double gain) {
  return std::make_unique<Dense>(input, units, gain);
}

}  // namespace starling
