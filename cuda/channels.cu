#include "cuda/channels.h"

#include <cmath>

#include "cuda/launch.h"

namespace starling::cuda {
namespace {

// take(c, sum over the pixels of term(index, c)), once for each channel: threads side by side read
// channels side by side, then a warp joins the pieces of a channel.
template <class Term, class Take>
void sum_channels(Stream stream, std::size_t pixels, std::size_t channels, double* partial,
                  Term term, Take take) {
  const std::size_t pieces = (pixels + kChannelPiece - 1) / kChannelPiece;
  for_each_index(stream, pieces * channels, [=] STARLING_HOST_DEVICE(std::size_t index) {
    const std::size_t begin = index / channels * kChannelPiece, c = index % channels;
    const std::size_t end = begin + kChannelPiece < pixels ? begin + kChannelPiece : pixels;
    double sum = 0;
    for (std::size_t k = begin; k < end; ++k) sum += term(k * channels + c, c);
    partial[index] = sum;
  });
  for_each_warp(stream, channels, [=] STARLING_HOST_DEVICE(std::size_t c, Warp warp) {
    const double sum =
        warp.sum(0, pieces, [&](std::size_t p) { return partial[p * channels + c]; });
    if (warp.leads()) take(c, sum);
  });
}

// u = (z - mean) / sqrt(variance + epsilon)
template <class Real>
STARLING_HOST_DEVICE Real unit(const Normalisation<Real>& n, Real z, std::size_t c) {
  return (z - n.mean[c]) * n.inverse[c];
}

}  // namespace

template <class Real>
void add_channel_sums(Stream stream, std::size_t pixels, std::size_t channels, const Real* values,
                      double* partial, Real* sums) {
  sum_channels(
      stream, pixels, channels, partial,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t) { return double(values[k]); },
      [=] STARLING_HOST_DEVICE(std::size_t c, double sum) { sums[c] += static_cast<Real>(sum); });
}

template <class Real>
void normalise(Stream stream, const Normalisation<Real>& n, const Real* z, Real* a) {
  const double count = static_cast<double>(n.pixels);
  sum_channels(
      stream, n.pixels, n.channels, n.partial,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t) { return double(z[k]); },
      [=] STARLING_HOST_DEVICE(std::size_t c, double sum) {
        n.mean[c] = static_cast<Real>(sum / count);
      });
  sum_channels(
      stream, n.pixels, n.channels, n.partial,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t c) {
        const double off = z[k] - n.mean[c];
        return off * off;
      },
      [=] STARLING_HOST_DEVICE(std::size_t c, double sum) {
        n.variance[c] = static_cast<Real>(sum / count);
        n.inverse[c] = 1 / std::sqrt(n.variance[c] + n.epsilon);
      });
  for_each_index(stream, n.pixels * n.channels, [=] STARLING_HOST_DEVICE(std::size_t k) {
    const std::size_t c = k % n.channels;
    a[k] = n.gamma[c] * unit(n, z[k], c) + n.beta[c];
  });
}

template <class Real>
void normalise_slopes(Stream stream, const Normalisation<Real>& n, const Real* slope, Real* z) {
  const Real count = static_cast<Real>(n.pixels);
  sum_channels(
      stream, n.pixels, n.channels, n.partial,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t c) {
        return double(slope[k] * unit(n, z[k], c));
      },
      [=] STARLING_HOST_DEVICE(std::size_t c, double sum) {
        n.along_gamma[c] = static_cast<Real>(sum);
      });
  sum_channels(
      stream, n.pixels, n.channels, n.partial,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t) { return double(slope[k]); },
      [=] STARLING_HOST_DEVICE(std::size_t c, double sum) {
        n.along_beta[c] = static_cast<Real>(sum);
      });
  for_each_index(stream, n.pixels * n.channels, [=] STARLING_HOST_DEVICE(std::size_t k) {
    const std::size_t c = k % n.channels;
    z[k] = n.gamma[c] * n.inverse[c] *
           (slope[k] - n.along_beta[c] / count - unit(n, z[k], c) * (n.along_gamma[c] / count));
  });
}

#define STARLING_INSTANCES(Real)                                                                 \
  template void add_channel_sums(Stream, std::size_t, std::size_t, const Real*, double*, Real*); \
  template void normalise(Stream, const Normalisation<Real>&, const Real*, Real*);               \
  template void normalise_slopes(Stream, const Normalisation<Real>&, const Real*, Real*);
STARLING_INSTANCES(float)
STARLING_INSTANCES(double)
#undef STARLING_INSTANCES

}  // namespace starling::cuda
