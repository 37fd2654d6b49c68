#pragma once

// What the twins ask of the device beside products, each one kernel or two. C++17.

#include <cstddef>
#include <cstdint>
#include <string>

#include "consensus/optimizers/vector_update.h"
#include "cuda/rows.h"

namespace starling::cuda {

// scores[k] = z_k becomes the loss's slope times `share`; losses[k] its value, at row k's label.
enum class LinearLoss { squared, logistic };
template <class Real>
void linear_losses(Stream stream, LinearLoss loss, const RowsView<Real>& a, const BatchView& batch,
                   Real share, Real* scores, double* losses);

// The same of `count` rows of z (count x classes), the batch's first, first + 1, ...
enum class ClassLoss { cross_entropy, squared };
template <class Real>
void class_losses(Stream stream, ClassLoss loss, const RowsView<Real>& a, const BatchView& batch,
                  std::size_t first, std::size_t count, std::size_t classes, Real share, Real* z,
                  double* losses);

enum class ActivationKind { relu, tanh, gelu };
// z += bias in each row unless that is null; a = activation(z) unless a is null.
template <class Real>
void add_bias(Stream stream, ActivationKind kind, std::size_t count, std::size_t units,
              const Real* bias, Real* z, Real* a);
// z becomes activation'(z) * below: the slope along z from the one along what became of it.
template <class Real>
void activation_slopes(Stream stream, ActivationKind kind, std::size_t size, const Real* below,
                       Real* z);

// x_k *= factors_k
template <class Real>
void scale_by(Stream stream, std::size_t size, const Real* factors, Real* x);

// Sums in double and in one fixed order, to *sum; `partial` has room for partial_sums(size).
constexpr std::size_t kPartial = 4096;
STARLING_HOST_DEVICE constexpr std::size_t partial_sums(std::size_t size) {
  return (size + kPartial - 1) / kPartial;
}
void sum(Stream stream, const double* values, std::size_t size, double* partial, double* sum);
template <class Real>
void sum_of_squares(Stream stream, const Real* x, std::size_t size, double* partial, double* sum);

// y += factor x
template <class Real>
void add_scaled(Stream stream, std::size_t size, Real factor, const Real* x, Real* y);

// One update of the optimizer of that name, all in one pass. False: there is no such optimizer.
template <class Real>
bool update(Stream stream, const std::string& optimizer, const VectorUpdate<Real>& u);

}  // namespace starling::cuda
