#pragma once

// Images on the device, the channels of a pixel side by side: what a convolution's units see of
// them, and squares that become one pixel. One text for CPU and GPU. C++17.

#include <cstddef>

#include "consensus/optimizers/update.h"
#include "cuda/device.h"

namespace starling::cuda {

struct Image {
  std::size_t height, width, channels;
  STARLING_HOST_DEVICE std::size_t values() const { return height * width * channels; }
  STARLING_HOST_DEVICE std::size_t at(std::size_t i, std::size_t j) const {
    return (i * width + j) * channels;
  }
};

// Around each pixel the kernel x kernel pixels that its units see, zeros beyond the border.
struct Patches {
  Image image;
  std::size_t kernel;

  STARLING_HOST_DEVICE std::size_t values() const { return kernel * kernel * image.channels; }

  // Entry e of the patch over pixel (i, j).
  template <class Real>
  STARLING_HOST_DEVICE Real entry(const Real* of, std::size_t i, std::size_t j,
                                  std::size_t e) const {
    const std::size_t run = kernel * image.channels, reach = kernel / 2;
    const std::size_t row = i + e / run, value = j * image.channels + e % run;
    const bool inside = row >= reach && row < image.height + reach &&
                        value >= reach * image.channels &&
                        value < (image.width + reach) * image.channels;
    return inside ? of[image.at(row - reach, 0) + value - reach * image.channels] : Real(0);
  }

  // The sum over all patches that see channel c of pixel (i, j), by the kernel's rows.
  template <class Real>
  STARLING_HOST_DEVICE Real sum(const Real* patches, std::size_t i, std::size_t j,
                                std::size_t c) const {
    const std::size_t reach = kernel / 2;
    Real sum = 0;
    for (std::size_t k = 0; k < kernel; ++k)
      for (std::size_t l = 0; l < kernel; ++l) {
        const std::size_t y = i + reach - k, z = j + reach - l;  // beyond: of 2^64 what is below 0
        if (y < image.height && z < image.width)
          sum += patches[(y * image.width + z) * values() + (k * kernel + l) * image.channels + c];
      }
    return sum;
  }
};

enum class PoolKind { max, average };

// Squares of side x side pixels become one, channel by channel; what is left at the far borders is
// dropped.
struct Squares {
  Image image;
  std::size_t side;

  STARLING_HOST_DEVICE Image output() const {
    return {image.height / side, image.width / side, image.channels};
  }

  // The first of the largest.
  template <class Real>
  STARLING_HOST_DEVICE std::size_t highest(const Real* of, std::size_t i, std::size_t j,
                                           std::size_t c) const {
    std::size_t best = image.at(i * side, j * side) + c;
    for (std::size_t y = i * side; y < (i + 1) * side; ++y)
      for (std::size_t z = j * side; z < (j + 1) * side; ++z)
        if (of[image.at(y, z) + c] > of[best]) best = image.at(y, z) + c;
    return best;
  }

  template <class Real>
  STARLING_HOST_DEVICE Real value(PoolKind kind, const Real* of, std::size_t i, std::size_t j,
                                  std::size_t c) const {
    if (kind == PoolKind::max) return of[highest(of, i, j, c)];
    Real sum = 0;
    for (std::size_t y = i * side; y < (i + 1) * side; ++y)
      for (std::size_t z = j * side; z < (j + 1) * side; ++z) sum += of[image.at(y, z) + c];
    return sum / static_cast<Real>(side * side);
  }

  // `of` becomes the slope along the square's values, 0 in a square that the border cuts.
  template <class Real>
  STARLING_HOST_DEVICE void give(PoolKind kind, const Real* slope, std::size_t i, std::size_t j,
                                 std::size_t c, Real* of) const {
    const Image small = output();
    const bool whole = i < small.height && j < small.width, max = kind == PoolKind::max;
    const std::size_t best = whole && max ? highest(of, i, j, c) : image.values();
    const Real along = whole ? slope[small.at(i, j) + c] : Real(0);
    for (std::size_t y = i * side; y < (i + 1) * side && y < image.height; ++y)
      for (std::size_t z = j * side; z < (j + 1) * side && z < image.width; ++z) {
        const std::size_t at = image.at(y, z) + c;
        of[at] = !max ? along / static_cast<Real>(side * side) : at == best ? along : Real(0);
      }
  }
};

// The kernels, of `count` images: a warp for each row of pixels, or of squares.
template <class Real>
void take_patches(Stream stream, const Patches& patches, std::size_t count, const Real* images,
                  Real* to);
// images = for each value the sum of what stands for it in the patches
template <class Real>
void give_patches(Stream stream, const Patches& patches, std::size_t count, const Real* from,
                  Real* images);
template <class Real>
void pool(Stream stream, PoolKind kind, const Squares& squares, std::size_t count,
          const Real* images, Real* to);
// images become the slope along them
template <class Real>
void pool_slopes(Stream stream, PoolKind kind, const Squares& squares, std::size_t count,
                 const Real* slope, Real* images);

}  // namespace starling::cuda
