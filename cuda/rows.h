#pragma once

// Products with the rows of a data matrix A on the device. C++17.

#include <cstddef>
#include <cstdint>

#include "consensus/optimizers/update.h"
#include "cuda/device.h"

namespace starling::cuda {

constexpr std::size_t kSegment = 256;          // nonzeros
constexpr std::uint32_t kAbsent = 0xffffffff;  // a row that is not in the batch

// A as its objective keeps it there. Gradients need A^T: of a sparse A the columns are kept, too,
// cut into segments so that one long column does not hold up the rest.
template <class Real>
struct RowsView {
  std::size_t rows, columns;
  const double* label;             // rows
  const Real* value;               // dense: row by row; sparse: the nonzeros, row by row
  const std::uint64_t* row_begin;  // rows + 1; null: dense
  const std::uint32_t* column;     // of each nonzero

  std::size_t segments;
  const std::uint64_t* segment_begin;  // segments + 1
  const std::uint64_t* first_segment;  // columns + 1
  const std::uint32_t* row;            // of each nonzero, column by column, ascending
  const Real* column_value;
};

// The rows a gradient is over.
struct BatchView {
  std::size_t size;
  const std::uint64_t* rows;  // null: all, in order
  std::uint32_t* slot;        // of each row of A its place in `rows` or kAbsent; null: all
  STARLING_HOST_DEVICE std::size_t row(std::size_t k) const { return rows ? rows[k] : k; }
};

// scores (size x classes) = A_B X, X: columns x classes, of a sparse A.
template <class Real>
void row_products(Stream stream, const RowsView<Real>& a, const BatchView& batch,
                  std::size_t classes, const Real* x, Real* scores);

// gradient (columns x classes) = A_B^T slopes + l2 X, of a sparse A; each sum in the order of the
// rows, whatever the batch. Reads all nonzeros of A. `partial` has room for segments x classes.
template <class Real>
void column_products(Stream stream, const RowsView<Real>& a, const BatchView& batch,
                     std::size_t classes, const Real* slopes, Real l2, const Real* x, Real* partial,
                     Real* gradient);

// to (count x columns) = rows first .. first + count - 1 of A_B, dense.
template <class Real>
void gather_rows(Stream stream, const RowsView<Real>& a, const BatchView& batch, std::size_t first,
                 std::size_t count, Real* to);

// slot[row(k)] = k for the batch's rows, or kAbsent again.
void mark_slots(Stream stream, const BatchView& batch, bool present);

}  // namespace starling::cuda
