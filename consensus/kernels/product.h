#pragma once

#include <cstddef>

namespace starling {

// A dense matrix, row by row; transposed: it stands for its transpose.
struct MatrixView {
  const double* values;
  std::size_t rows, columns;  // as it lies in memory
  bool transposed = false;
};

// C = A B, or C += A B, by the widest instructions of this processor: unlike the mixing kernels its
// bits depend on them. One thread.
//
// Shapes  C: rows of A x columns of B, row by row; it overlaps neither.
void product(const MatrixView& a, const MatrixView& b, bool add, double* c);

}  // namespace starling
