#pragma once

#include <algorithm>
#include <cstdint>

#include "consensus/kernels/row_blocks.h"
#include "consensus/objectives/batch.h"
#include "consensus/objectives/fixed_order.h"
#include "consensus/objectives/starling_objective.h"

namespace starling {

// The rows a_1 .. a_m of a data matrix A, dense or sparse, as the linear models use them. Borrows
// what `data` points to.
//
// Shapes    A: m x columns; vectors over columns, or columns x classes row-major (W[column *
// classes + class]). Errors    ObjectiveError: no data, no rows, a column out of range, a value or
// label that is not finite.
class DataRows {
 public:
  // `what` names the objective in the errors; labels must be there unless they are not asked for.
  DataRows(const starling_data* data, const char* what, bool labelled = true);

  std::uint64_t count() const { return data_.rows; }
  std::uint64_t columns() const { return data_.columns; }
  std::uint64_t classes() const { return data_.classes; }
  double label(std::uint64_t row) const { return data_.label[row]; }

  bool sparse() const { return data_.column != nullptr; }
  // The entries of a row as they are stored. Requires  sparse.
  struct Entries {
    const std::uint32_t* column;
    const double* value;
    std::uint64_t size;
  };
  Entries entries(std::uint64_t row) const {
    const std::uint64_t begin = data_.row_begin[row];
    return {data_.column + begin, data_.value + begin, data_.row_begin[row + 1] - begin};
  }

  // A row's `columns` values. Requires  dense.
  const double* values(std::uint64_t row) const { return data_.value + row * data_.columns; }

  // a_row . x
  double dot(std::uint64_t row, const double* x) const {
    if (!data_.column) return dot_in_order(data_.value + row * data_.columns, x, data_.columns);
    double sum = 0;
    for (std::uint64_t k = data_.row_begin[row]; k < data_.row_begin[row + 1]; ++k)
      sum += data_.value[k] * x[data_.column[k]];
    return sum;
  }
  // y += factor * a_row
  void add(std::uint64_t row, double factor, double* y) const {
    if (!data_.column)
      return add_scaled(y, factor, data_.value + row * data_.columns, data_.columns);
    for (std::uint64_t k = data_.row_begin[row]; k < data_.row_begin[row + 1]; ++k)
      y[data_.column[k]] += factor * data_.value[k];
  }
  // For each row of the batch in order, factor = slope(row, a_row . x); then, unless it is null,
  // gradient += factor * a_row.
  template <class Slope>
  void through(const Batch& batch, const double* x, double* gradient, Slope slope) const;
  // visit(rows, count, first) for each block of a dense batch: pointers to its rows first ..
  // first + count - 1.
  template <class Visit>
  void for_each_block(const Batch& batch, Visit visit) const {
    const double* rows[kRowBlock];
    for (std::uint64_t first = 0; first < batch.size; first += kRowBlock) {
      const std::uint64_t count = std::min<std::uint64_t>(kRowBlock, batch.size - first);
      for (std::uint64_t r = 0; r < count; ++r) rows[r] = values(batch.row(first + r));
      visit(rows, count, first);
    }
  }
  // Calls visit(column, value) for each nonzero of a row, in ascending order.
  template <class Visit>
  void for_each(std::uint64_t row, Visit visit) const {
    const bool dense = !data_.column;
    const std::uint64_t begin = dense ? row * data_.columns : data_.row_begin[row];
    const std::uint64_t end = dense ? begin + data_.columns : data_.row_begin[row + 1];
    for (std::uint64_t k = begin; k < end; ++k)
      if (data_.value[k] != 0) visit(dense ? k - begin : data_.column[k], data_.value[k]);
  }
  // y = A^T (A x)
  void normal_product(const double* x, double* y) const;

 private:
  starling_data data_;
};

template <class Slope>
void DataRows::through(const Batch& batch, const double* x, double* gradient, Slope slope) const {
  if (sparse()) {
    for (std::uint64_t k = 0; k < batch.size; ++k) {
      const std::uint64_t row = batch.row(k);
      const double factor = slope(row, dot(row, x));
      if (gradient) add(row, factor, gradient);
    }
    return;
  }
  for_each_block(batch, [&](const double* const* rows, std::uint64_t count, std::uint64_t first) {
    double values[kRowBlock];
    row_blocks().dots(rows, count, data_.columns, x, values);
    for (std::uint64_t r = 0; r < count; ++r) values[r] = slope(batch.row(first + r), values[r]);
    if (gradient) row_blocks().add(rows, count, data_.columns, values, gradient);
  });
}

// Errors    ObjectiveError unless all labels are classes 0 .. C - 1, of two or more.
void require_classes(const DataRows& rows, const char* what);

struct NormalSpectrum {
  double smallest, largest;
};
// Bounds of the spectrum of A^T A, each on its safe side: largest from above, smallest from below
// (0 if not cheap).
//
// Up to 256 columns by the eigenvalues of the d x d matrix; beyond by Lanczos with full
// reorthogonalisation from a fixed start, its residual added to the Ritz value. Deterministic.
NormalSpectrum normal_spectrum(const DataRows& rows);

}  // namespace starling
