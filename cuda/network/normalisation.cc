#include "cuda/channels.h"
#include "cuda/kernels.h"
#include "cuda/network/stage.h"

namespace starling::cuda {
namespace {

// Statistics of the block alone: a twin does not predict.
template <class Real>
class Normalise final : public Stage<Real> {
 public:
  Normalise(Device& device, const StagePlan& plan, Extent at)
      : device_(device),
        shape_(plan.input),
        gossip_(plan.gossip),
        at_(at),
        out_(device),
        found_(device),
        partial_(device) {}

  Real* forward(const Pass& pass, const Real* x, Real* in) override {
    Real* const out = out_.reserve(pass.rows * shape_.values());
    normalise(device_.stream(), of(pass, x), in, out);
    return out;
  }

  // Gossiped statistics have r - (m, v) as their slope, each block by its share of the rows.
  void backward(const Pass& pass, const Real* x, Real* in, Real* slope, bool,
                Real* gradient) override {
    const std::size_t channels = shape_.channels;
    const Normalisation<Real> n = of(pass, x);
    const Stream stream = device_.stream();
    normalise_slopes(stream, n, slope, in);
    add_scaled(stream, channels, Real(1), n.along_gamma, gradient + at_.parameters);
    add_scaled(stream, channels, Real(1), n.along_beta, gradient + at_.parameters + channels);
    if (!gossip_) return;
    const Real share = static_cast<Real>(pass.share * static_cast<double>(pass.rows));
    add_scaled(stream, 2 * channels, share, x + at_.statistics, gradient + at_.statistics);
    add_scaled(stream, channels, -share, n.mean, gradient + at_.statistics);
    add_scaled(stream, channels, -share, n.variance, gradient + at_.statistics + channels);
  }

 private:
  Normalisation<Real> of(const Pass& pass, const Real* x) {
    const std::size_t pixels = pass.rows * shape_.pixels(), channels = shape_.channels;
    const Real* const gamma = x + at_.parameters;
    Real* const found = found_.reserve(5 * channels);
    return {pixels,
            channels,
            static_cast<Real>(kNormalisationEpsilon),
            gamma,
            gamma + channels,
            found,
            found + channels,
            found + 2 * channels,
            found + 3 * channels,
            found + 4 * channels,
            partial_.reserve(channel_partials(pixels, channels))};
  }

  Device& device_;
  const Shape shape_;
  const bool gossip_;
  const Extent at_;
  Buffer<Real> out_, found_;
  Buffer<double> partial_;
};

}  // namespace

template <class Real>
std::unique_ptr<Stage<Real>> make_normalisation(Device& device, const StagePlan& plan, Extent at) {
  return std::make_unique<Normalise<Real>>(device, plan, at);
}

template std::unique_ptr<Stage<float>> make_normalisation(Device&, const StagePlan&, Extent);
template std::unique_ptr<Stage<double>> make_normalisation(Device&, const StagePlan&, Extent);

}  // namespace starling::cuda
