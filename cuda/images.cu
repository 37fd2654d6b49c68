#include "cuda/images.h"

#include "cuda/launch.h"

namespace starling::cuda {
namespace {

// body(image, i, j, rest) for each of `width` x `each` things in each of `height` rows of an image.
template <class Body>
void for_each_pixel(Stream stream, std::size_t count, std::size_t height, std::size_t width,
                    std::size_t each, Body body) {
  for_each_warp(stream, count * height, [=] STARLING_HOST_DEVICE(std::size_t row, Warp warp) {
    const std::size_t image = row / height, i = row % height;
    warp.each(0, width * each, [&](std::size_t e) { body(image, i, e / each, e % each); });
  });
}

std::size_t pieces(std::size_t size, std::size_t side) { return (size + side - 1) / side; }

}  // namespace

template <class Real>
void take_patches(Stream stream, const Patches& patches, std::size_t count, const Real* images,
                  Real* to) {
  const Image image = patches.image;
  const std::size_t values = patches.values();
  for_each_pixel(
      stream, count, image.height, image.width, values,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t i, std::size_t j, std::size_t e) {
        const std::size_t pixel = (k * image.height + i) * image.width + j;
        to[pixel * values + e] = patches.entry(images + k * image.values(), i, j, e);
      });
}

template <class Real>
void give_patches(Stream stream, const Patches& patches, std::size_t count, const Real* from,
                  Real* images) {
  const Image image = patches.image;
  const std::size_t values = image.height * image.width * patches.values();
  for_each_pixel(
      stream, count, image.height, image.width, image.channels,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t i, std::size_t j, std::size_t c) {
        images[k * image.values() + image.at(i, j) + c] = patches.sum(from + k * values, i, j, c);
      });
}

template <class Real>
void pool(Stream stream, PoolKind kind, const Squares& squares, std::size_t count,
          const Real* images, Real* to) {
  const Image image = squares.image, small = squares.output();
  for_each_pixel(
      stream, count, small.height, small.width, small.channels,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t i, std::size_t j, std::size_t c) {
        to[k * small.values() + small.at(i, j) + c] =
            squares.value(kind, images + k * image.values(), i, j, c);
      });
}

template <class Real>
void pool_slopes(Stream stream, PoolKind kind, const Squares& squares, std::size_t count,
                 const Real* slope, Real* images) {
  const Image image = squares.image, small = squares.output();
  for_each_pixel(
      stream, count, pieces(image.height, squares.side), pieces(image.width, squares.side),
      image.channels,
      [=] STARLING_HOST_DEVICE(std::size_t k, std::size_t i, std::size_t j, std::size_t c) {
        squares.give(kind, slope + k * small.values(), i, j, c, images + k * image.values());
      });
}

#define STARLING_INSTANCES(Real)                                                         \
  template void take_patches(Stream, const Patches&, std::size_t, const Real*, Real*);   \
  template void give_patches(Stream, const Patches&, std::size_t, const Real*, Real*);   \
  template void pool(Stream, PoolKind, const Squares&, std::size_t, const Real*, Real*); \
  template void pool_slopes(Stream, PoolKind, const Squares&, std::size_t, const Real*, Real*);
STARLING_INSTANCES(float)
STARLING_INSTANCES(double)
#undef STARLING_INSTANCES

}  // namespace starling::cuda
