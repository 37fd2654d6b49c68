#include "cuda/losses.h"

#include "cuda/kernels.h"
#include "cuda/launch.h"

namespace starling::cuda {
namespace {

template <class Loss, class Real>
void linear(Stream stream, const RowsView<Real>& a, const BatchView& batch, Real share,
            Real* scores, double* losses) {
  for_each_index(stream, batch.size, [=] STARLING_HOST_DEVICE(std::size_t k) {
    const LossAt<Real> loss = Loss::at(scores[k], static_cast<Real>(a.label[batch.row(k)]));
    losses[k] = loss.value;
    scores[k] = loss.slope * share;
  });
}

// log sum_c exp(z_c) - z_label, its slope softmax(z) - e_label; no exp above 1.
template <class Real>
STARLING_HOST_DEVICE double cross_entropy(const Warp& warp, std::size_t classes, std::size_t label,
                                          Real share, Real* z) {
  const Real own = z[label];
  const Real highest = warp.most(0, classes, z[0], [&](std::size_t c) { return z[c]; });
  const Real total =
      warp.sum(0, classes, [&](std::size_t c) -> Real { return std::exp(z[c] - highest); });
  warp.each(0, classes, [&](std::size_t c) {
    z[c] = (std::exp(z[c] - highest) / total - (c == label ? 1 : 0)) * share;
  });
  return std::log(total) + (highest - own);
}

// |z - e_label|^2 / 2
template <class Real>
STARLING_HOST_DEVICE double squared(const Warp& warp, std::size_t classes, std::size_t label,
                                    Real share, Real* z) {
  const double sum = warp.sum(0, classes, [&](std::size_t c) -> double {
    const Real residual = z[c] - (c == label ? 1 : 0);
    return residual * residual;
  });
  warp.each(0, classes, [&](std::size_t c) { z[c] = (z[c] - (c == label ? 1 : 0)) * share; });
  return sum / 2;
}

template <class Kind, class Real>
void biased(Stream stream, std::size_t count, std::size_t units, const Real* bias, Real* z,
            Real* a) {
  for_each_index(stream, count * units, [=] STARLING_HOST_DEVICE(std::size_t k) {
    if (bias) z[k] += bias[k % units];
    if (a) a[k] = Kind::value(z[k]);
  });
}

template <class Kind, class Real>
void slopes(Stream stream, std::size_t size, const Real* below, Real* z) {
  for_each_index(stream, size,
                 [=] STARLING_HOST_DEVICE(std::size_t k) { z[k] = Kind::slope(z[k]) * below[k]; });
}

}  // namespace

template <class Real>
void linear_losses(Stream stream, LinearLoss loss, const RowsView<Real>& a, const BatchView& batch,
                   Real share, Real* scores, double* losses) {
  if (loss == LinearLoss::squared)
    return linear<SquaredLoss>(stream, a, batch, share, scores, losses);
  linear<LogisticLoss>(stream, a, batch, share, scores, losses);
}

template <class Real>
void class_losses(Stream stream, ClassLoss loss, const RowsView<Real>& a, const BatchView& batch,
                  std::size_t first, std::size_t count, std::size_t classes, Real share, Real* z,
                  double* losses) {
  for_each_warp(stream, count, [=] STARLING_HOST_DEVICE(std::size_t k, Warp warp) {
    const auto label = static_cast<std::size_t>(a.label[batch.row(first + k)]);
    Real* row = z + k * classes;
    const double value = loss == ClassLoss::squared
                             ? squared(warp, classes, label, share, row)
                             : cross_entropy(warp, classes, label, share, row);
    if (warp.leads()) losses[first + k] = value;
  });
}

template <class Real>
void add_bias(Stream stream, ActivationKind kind, std::size_t count, std::size_t units,
              const Real* bias, Real* z, Real* a) {
  switch (kind) {
    case ActivationKind::relu:
      return biased<Relu>(stream, count, units, bias, z, a);
    case ActivationKind::tanh:
      return biased<Tanh>(stream, count, units, bias, z, a);
    case ActivationKind::gelu:
      return biased<Gelu>(stream, count, units, bias, z, a);
  }
}

template <class Real>
void activation_slopes(Stream stream, ActivationKind kind, std::size_t size, const Real* below,
                       Real* z) {
  switch (kind) {
    case ActivationKind::relu:
      return slopes<Relu>(stream, size, below, z);
    case ActivationKind::tanh:
      return slopes<Tanh>(stream, size, below, z);
    case ActivationKind::gelu:
      return slopes<Gelu>(stream, size, below, z);
  }
}

#define STARLING_INSTANCES(Real)                                                                 \
  template void linear_losses(Stream, LinearLoss, const RowsView<Real>&, const BatchView&, Real, \
                              Real*, double*);                                                   \
  template void class_losses(Stream, ClassLoss, const RowsView<Real>&, const BatchView&,         \
                             std::size_t, std::size_t, std::size_t, Real, Real*, double*);       \
  template void add_bias(Stream, ActivationKind, std::size_t, std::size_t, const Real*, Real*,   \
                         Real*);                                                                 \
  template void activation_slopes(Stream, ActivationKind, std::size_t, const Real*, Real*);
STARLING_INSTANCES(float)
STARLING_INSTANCES(double)
#undef STARLING_INSTANCES

}  // namespace starling::cuda
