#include <optional>
#include <vector>

#include "cuda/channels.h"
#include "cuda/kernels.h"
#include "cuda/network/stage.h"

namespace starling::cuda {
namespace {

ActivationKind kind_of(const StagePlan& plan) {
  if (plan.activation->name == "tanh") return ActivationKind::tanh;
  return plan.activation->name == "gelu" ? ActivationKind::gelu : ActivationKind::relu;
}

// Bias, activation and dropout, one kernel for the first two.
template <class Real>
class Biased final : public Stage<Real> {
 public:
  Biased(Device& device, Shape shape, const std::uint64_t* bias, const StagePlan* activation)
      : device_(device),
        shape_(shape),
        bias_(bias ? std::optional(*bias) : std::nullopt),
        activates_(activation != nullptr),
        kind_(activation ? kind_of(*activation) : ActivationKind::relu),
        dropout_(activation ? activation->dropout : 0),
        out_(device),
        mask_(device),
        partial_(device) {}

  Real* forward(const Pass& pass, const Real* x, Real* in) override {
    const std::size_t size = pass.rows * shape_.values();
    Real* const a = activates_ ? out_.reserve(size) : nullptr;
    add_bias(device_.stream(), kind_, pass.rows * shape_.pixels(), shape_.channels,
             bias_ ? x + *bias_ : nullptr, in, a);
    if (drops(pass)) drop(*pass.dropping, size, a);
    return a ? a : in;
  }

  void backward(const Pass& pass, const Real*, Real* in, Real* slope, bool,
                Real* gradient) override {
    const std::size_t size = pass.rows * shape_.values(), pixels = pass.rows * shape_.pixels();
    if (drops(pass)) scale_by(device_.stream(), size, mask_.data(), slope);
    if (activates_) activation_slopes(device_.stream(), kind_, size, slope, in);
    if (bias_)
      add_channel_sums(device_.stream(), pixels, shape_.channels, in,
                       partial_.reserve(channel_partials(pixels, shape_.channels)),
                       gradient + *bias_);
  }

 private:
  bool drops(const Pass& pass) const { return pass.dropping && dropout_ > 0; }

  // Drawn on the host, in the order of the stage on the CPU.
  void drop(RandomStream& dropping, std::size_t size, Real* a) {
    drawn_.resize(size);
    for (Real& kept : drawn_)
      kept = dropping.uniform() < dropout_ ? Real(0) : static_cast<Real>(1 / (1 - dropout_));
    scale_by(device_.stream(), size, mask_.assign(drawn_.data(), size), a);
  }

  Device& device_;
  const Shape shape_;
  const std::optional<std::uint64_t> bias_;
  const bool activates_;
  const ActivationKind kind_;
  const double dropout_;
  Buffer<Real> out_, mask_;
  Buffer<double> partial_;
  std::vector<Real> drawn_;
};

}  // namespace

template <class Real>
std::unique_ptr<Stage<Real>> make_biased(Device& device, Shape shape, const std::uint64_t* bias,
                                         const StagePlan* activation) {
  return std::make_unique<Biased<Real>>(device, shape, bias, activation);
}

template std::unique_ptr<Stage<float>> make_biased(Device&, Shape, const std::uint64_t*,
                                                   const StagePlan*);
template std::unique_ptr<Stage<double>> make_biased(Device&, Shape, const std::uint64_t*,
                                                    const StagePlan*);

}  // namespace starling::cuda
