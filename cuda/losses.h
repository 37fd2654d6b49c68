#pragma once

// The losses of a row and what stands between two layers, one text for CPU and GPU. C++17.

#include <cmath>

#include "consensus/optimizers/update.h"

namespace starling::cuda {

template <class Real>
struct LossAt {
  Real value, slope;
};

// (z - b)^2 / 2
struct SquaredLoss {
  template <class Real>
  STARLING_HOST_DEVICE static LossAt<Real> at(Real z, Real b) {
    const Real residual = z - b;
    return {residual * residual / 2, residual};
  }
};

// log(1 + exp(-s z)), s = 2 label - 1; exp of a non-positive number only.
struct LogisticLoss {
  template <class Real>
  STARLING_HOST_DEVICE static LossAt<Real> at(Real z, Real label) {
    const Real s = 2 * label - 1, margin = s * z;
    const Real e = std::exp(margin > 0 ? -margin : margin);
    const Real value = std::log1p(e) + (margin > 0 ? Real(0) : -margin);
    return {value, -s * (margin >= 0 ? e / (1 + e) : 1 / (1 + e))};
  }
};

struct Relu {
  template <class Real>
  STARLING_HOST_DEVICE static Real value(Real z) {
    return z > 0 ? z : Real(0);
  }
  template <class Real>
  STARLING_HOST_DEVICE static Real slope(Real z) {
    return z > 0 ? Real(1) : Real(0);
  }
};

struct Tanh {
  template <class Real>
  STARLING_HOST_DEVICE static Real value(Real z) {
    return std::tanh(z);
  }
  template <class Real>
  STARLING_HOST_DEVICE static Real slope(Real z) {
    const Real t = std::tanh(z);
    return 1 - t * t;
  }
};

// z Phi(z), Phi the normal distribution: the exact form.
struct Gelu {
  template <class Real>
  STARLING_HOST_DEVICE static Real normal(Real z) {
    return std::erfc(-z * Real(0.7071067811865476)) / 2;
  }
  template <class Real>
  STARLING_HOST_DEVICE static Real value(Real z) {
    return z * normal(z);
  }
  template <class Real>
  STARLING_HOST_DEVICE static Real slope(Real z) {
    return normal(z) + z * Real(0.3989422804014327) * std::exp(-z * z / 2);
  }
};

}  // namespace starling::cuda
