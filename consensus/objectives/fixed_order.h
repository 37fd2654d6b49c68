#pragma once

#include <cstddef>

namespace starling {

// sum_k a_k b_k in one fixed order: eight running sums side by side, joined at the end. The
// compiler may put the eight into vector registers of any width, the bits stay the same; one
// running sum could not be vectorised at all.
inline double dot_in_order(const double* a, const double* b, std::size_t size) {
  double lane[8] = {};
  std::size_t k = 0;
  for (; k + 8 <= size; k += 8)
    for (std::size_t l = 0; l < 8; ++l) lane[l] += a[k + l] * b[k + l];
  for (std::size_t l = 0; k < size; ++k, ++l) lane[l] += a[k] * b[k];
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

// y += factor * x
inline void add_scaled(double* y, double factor, const double* x, std::size_t size) {
  for (std::size_t k = 0; k < size; ++k) y[k] += factor * x[k];
}

}  // namespace starling
