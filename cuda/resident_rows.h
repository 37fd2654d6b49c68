#pragma once

#include <vector>

#include "consensus/objectives/batch.h"
#include "consensus/objectives/starling_objective.h"
#include "cuda/rows.h"

namespace starling::cuda {

// A node's rows, copied to the device once, and the batch a gradient is over.
//
// Requires  data that DataRows (consensus/objectives/rows.h) accepted.
// Errors    DeviceError: out of memory; 2^32 - 1 rows or more.
template <class Real>
class ResidentRows {
 public:
  ResidentRows(Device& device, const starling_data& data);

  const RowsView<Real>& view() const { return view_; }
  bool dense() const { return !view_.row_begin; }
  std::size_t count() const { return view_.rows; }
  std::size_t columns() const { return view_.columns; }

  // Stands until the next one.
  const BatchView& select(const Batch& batch);

 private:
  void keep_columns(const starling_data& data);

  Device& device_;
  RowsView<Real> view_{};
  BatchView batch_{};
  Buffer<double> label_;
  Buffer<Real> value_, column_value_;
  Buffer<std::uint64_t> row_begin_, segment_begin_, first_segment_, batch_rows_;
  Buffer<std::uint32_t> column_, row_, slot_;
};

}  // namespace starling::cuda
