#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "consensus/objectives/batch.h"
#include "consensus/objectives/fixed_order.h"
#include "consensus/objectives/rows.h"

namespace starling {

// The logistic loss of a margin z = b a.x and its derivative -sigma(-z); exp of a non-positive
// number only, so that neither overflows.
struct LogisticLoss {
  double value, derivative;
};
inline LogisticLoss logistic_loss(double z) {
  const double e = std::exp(-std::abs(z));
  return {std::log1p(e) + std::max(-z, 0.0), -(z >= 0 ? e / (1 + e) : 1 / (1 + e))};
}

// f(x) = 1/m sum_s log(1 + exp(-b_s a_s.x)) + l2/2 |x|^2 over the m rows of the batch, and its
// gradient unless null; b = 2 label - 1.
inline double logistic_gradient(const DataRows& rows, const Batch& batch, double l2,
                                const double* x, double* gradient) {
  const std::uint64_t d = rows.columns();
  const double m = static_cast<double>(batch.size);
  if (gradient) std::fill_n(gradient, d, 0.0);
  double sum = 0;
  rows.through(batch, x, gradient, [&](std::uint64_t row, double score) {
    const double b = 2 * rows.label(row) - 1;
    const LogisticLoss loss = logistic_loss(b * score);
    sum += loss.value;
    return b * loss.derivative / m;
  });
  if (gradient) add_scaled(gradient, l2, x, d);
  return sum / m + l2 / 2 * dot_in_order(x, x, d);
}
// The same over all rows.
inline double logistic_gradient(const DataRows& rows, double l2, const double* x,
                                double* gradient) {
  return logistic_gradient(rows, {nullptr, rows.count()}, l2, x, gradient);
}

// L = lambda_max(A^T A)/(4m) + l2, attained at x = 0.
inline double logistic_smoothness(const DataRows& rows, double l2) {
  return normal_spectrum(rows).largest / (4 * static_cast<double>(rows.count())) + l2;
}

}  // namespace starling
