#pragma once

#include <cstddef>

namespace starling {

// A dense matrix, row by row.
struct MatrixView {
  const double* values;
  std::size_t rows, columns;
};

// C += A B, or with one of the two transposed, by the widest instructions of this processor: unlike
// those of the mixing kernels, the bits depend on them. One thread.
enum class Transposed { none, left, right };

// Shapes  C: rows by columns of what is multiplied, row by row; it overlaps neither.
void add_product(const MatrixView& a, const MatrixView& b, Transposed which, double* c);

}  // namespace starling
