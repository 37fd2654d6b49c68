#include <algorithm>
#include <cmath>

#include "consensus/objectives/network/stages.h"

namespace starling {
namespace {

// Batch normalisation, each channel c over the pixels of all rows of a block:
//
//   m_c, v_c = mean and variance over the block,   u = (z - m_c) / sqrt(v_c + 1e-5)
//   a = gamma_c u + beta_c                            gamma starts at 1, beta at 0
//
// To predict, m and v come from outside a block:
//   local   the node's own: their means over the blocks of its rows, at the x that predicts
//   gossip  r, 2 further values of x a channel, mixed as all of x is. Their "gradient" is
//           r - (m, v), mean over the blocks, though f_i does not depend on r: a step of size eta
//           moves them by the share eta towards the block's, mixing averages them over the nodes,
//           and where it vanishes in the mean they are the mean statistics of all nodes. They
//           start at 0 and 1.
//
// Shapes    x: gamma, beta (channels each); at the end of x for gossip the means, the variances.
// Source    Ioffe & Szegedy 2015; local: Wu & Johnson 2021 (precise, in place of running averages).
//           Departure: v is divided by the count, not by one less; over at most a block of rows.
class Normalise final : public Stage {
 public:
  Normalise(Shape input, bool gossip) : shape_(input), gossip_(gossip) {}

  bool gathers() const override { return !gossip_; }
  void begin_gathering() override {
    gathered_.assign(2 * shape_.channels, 0.0);
    rows_gathered_ = 0;
  }

  void start(RandomStream&, double* x) const override {
    const std::uint64_t channels = shape_.channels;
    std::fill_n(x + at_.parameters, channels, 1.0);
    std::fill_n(x + at_.parameters + channels, channels, 0.0);
    if (!gossip_) return;
    std::fill_n(x + at_.statistics, channels, 0.0);
    std::fill_n(x + at_.statistics + channels, channels, 1.0);
  }

  void forward(const Pass& pass, const double* x, const double* in, Values& out) override {
    const std::uint64_t channels = shape_.channels;
    choose_statistics(pass, x, in);
    const double *gamma = x + at_.parameters, *beta = gamma + channels;
    inverse_.resize(channels);
    for (std::uint64_t c = 0; c < channels; ++c)
      inverse_[c] = 1 / std::sqrt(std::max(statistics_[channels + c], 0.0) + kNormalisationEpsilon);
    out.resize(pass.rows * shape_.values());
    unit_.resize(out.size());
    for (std::size_t k = 0; k < out.size(); k += channels)
      for (std::uint64_t c = 0; c < channels; ++c) {
        unit_[k + c] = (in[k + c] - statistics_[c]) * inverse_[c];
        out[k + c] = gamma[c] * unit_[k + c] + beta[c];
      }
  }

  //   slope z = gamma / sqrt(v + eps) (slope a - mean slope a - u mean (u slope a))
  void backward(const Pass& pass, const double* x, const double*, const Values& slope,
                Values* below, double* gradient) override {
    const std::uint64_t channels = shape_.channels;
    const double count = static_cast<double>(pass.rows * shape_.pixels());
    Values along_gamma(channels), along_beta(channels);
    for (std::size_t k = 0; k < slope.size(); k += channels)
      for (std::uint64_t c = 0; c < channels; ++c) {
        along_gamma[c] += slope[k + c] * unit_[k + c];
        along_beta[c] += slope[k + c];
      }
    for (std::uint64_t c = 0; c < channels; ++c) {
      gradient[at_.parameters + c] += along_gamma[c];
      gradient[at_.parameters + channels + c] += along_beta[c];
    }
    if (gossip_)
      for (std::uint64_t c = 0; c < 2 * channels; ++c)
        gradient[at_.statistics + c] +=
            pass.share * static_cast<double>(pass.rows) * (x[at_.statistics + c] - statistics_[c]);
    if (!below) return;
    below->resize(slope.size());
    const double* gamma = x + at_.parameters;
    for (std::size_t k = 0; k < slope.size(); k += channels)
      for (std::uint64_t c = 0; c < channels; ++c)
        (*below)[k + c] =
            gamma[c] * inverse_[c] *
            (slope[k + c] - along_beta[c] / count - unit_[k + c] * (along_gamma[c] / count));
  }

 private:
  // statistics_: means, then variances, of the block or of what has been gathered or mixed.
  void choose_statistics(const Pass& pass, const double* x, const double* in) {
    statistics_.assign(2 * shape_.channels, 0.0);
    if (pass.aim != Pass::Aim::predict)
      of_block(pass, in);
    else if (gossip_)
      std::copy_n(x + at_.statistics, statistics_.size(), statistics_.begin());
    else
      for (std::size_t k = 0; k < statistics_.size(); ++k)
        statistics_[k] = gathered_[k] / rows_gathered_;
    if (pass.aim != Pass::Aim::gather || gossip_) return;
    const double rows = static_cast<double>(pass.rows);
    for (std::size_t k = 0; k < statistics_.size(); ++k) gathered_[k] += rows * statistics_[k];
    rows_gathered_ += rows;
  }

  void of_block(const Pass& pass, const double* in) {
    const std::uint64_t channels = shape_.channels;
    const std::uint64_t values = pass.rows * shape_.values();
    const double count = static_cast<double>(values / channels);
    double *mean = statistics_.data(), *variance = mean + channels;
    for (std::size_t k = 0; k < values; k += channels)
      for (std::uint64_t c = 0; c < channels; ++c) mean[c] += in[k + c];
    for (std::uint64_t c = 0; c < channels; ++c) mean[c] /= count;
    for (std::size_t k = 0; k < values; k += channels)
      for (std::uint64_t c = 0; c < channels; ++c) {
        const double off = in[k + c] - mean[c];
        variance[c] += off * off;
      }
    for (std::uint64_t c = 0; c < channels; ++c) variance[c] /= count;
  }

  const Shape shape_;
  const bool gossip_;
  Values statistics_, inverse_, unit_, gathered_;
  double rows_gathered_ = 0;
};

}  // namespace

std::unique_ptr<Stage> make_normalisation(Shape input, bool gossip) {
  return std::make_unique<Normalise>(input, gossip);
}

}  // namespace starling
