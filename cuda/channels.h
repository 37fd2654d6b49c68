#pragma once

// What is summed over all pixels of a block, channel by channel: slopes along a bias, and batch
// normalisation. Sums are in double and in one fixed order. C++17.

#include <cstddef>

#include "cuda/device.h"

namespace starling::cuda {

constexpr std::size_t kChannelPiece = 64;  // pixels a thread sums of its channel
// The doubles that a sum needs on its way.
constexpr std::size_t channel_partials(std::size_t pixels, std::size_t channels) {
  return (pixels + kChannelPiece - 1) / kChannelPiece * channels;
}

// sums_c += sum over the pixels of values_c
template <class Real>
void add_channel_sums(Stream stream, std::size_t pixels, std::size_t channels, const Real* values,
                      double* partial, Real* sums);

// Normalise of consensus/objectives/network/normalisation.cc, which has the equations. All arrays
// but `partial` are one value a channel.
template <class Real>
struct Normalisation {
  std::size_t pixels, channels;
  Real epsilon;
  const Real *gamma, *beta;
  Real *mean, *variance, *inverse;  // of the block; inverse = 1 / sqrt(variance + epsilon)
  Real *along_gamma, *along_beta;   // slopes of the block
  double* partial;                  // channel_partials
};

// mean, variance and inverse of z; a = gamma (z - mean) inverse + beta
template <class Real>
void normalise(Stream stream, const Normalisation<Real>& n, const Real* z, Real* a);
// along_gamma, along_beta; z becomes the slope along z from the one along a.
template <class Real>
void normalise_slopes(Stream stream, const Normalisation<Real>& n, const Real* slope, Real* z);

}  // namespace starling::cuda
