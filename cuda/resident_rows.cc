#include "cuda/resident_rows.h"

#include <algorithm>
#include <string>

#include "cuda/kernels.h"

namespace starling::cuda {
namespace {

// The values as the device keeps them; rounded once where it computes in float.
template <class Real>
const Real* keep(Buffer<Real>& buffer, const double* values, std::size_t size) {
  if constexpr (sizeof(Real) == sizeof(double)) return buffer.assign(values, size);
  std::vector<Real> rounded(size);
  std::transform(values, values + size, rounded.begin(),
                 [](double value) { return static_cast<Real>(value); });
  return buffer.assign(rounded.data(), size);
}

}  // namespace

template <class Real>
ResidentRows<Real>::ResidentRows(Device& device, const starling_data& data)
    : device_(device),
      label_(device),
      value_(device),
      column_value_(device),
      row_begin_(device),
      segment_begin_(device),
      first_segment_(device),
      batch_rows_(device),
      column_(device),
      row_(device),
      slot_(device) {
  if (data.rows >= kAbsent)
    throw DeviceError(std::to_string(data.rows) + " rows: a device takes fewer than " +
                      std::to_string(kAbsent) + " of one node");
  view_.rows = data.rows;
  view_.columns = data.columns;
  view_.label = label_.assign(data.label, data.rows);
  if (!data.column) {
    view_.value = keep(value_, data.value, data.rows * data.columns);
    return;
  }
  const std::size_t nonzeros = data.row_begin[data.rows];
  view_.value = keep(value_, data.value, nonzeros);
  view_.row_begin = row_begin_.assign(data.row_begin, data.rows + 1);
  view_.column = column_.assign(data.column, nonzeros);
  keep_columns(data);
  const std::vector<std::uint32_t> absent(data.rows, kAbsent);
  slot_.assign(absent.data(), absent.size());
}

// A by columns: counted, laid out, filled row by row.
template <class Real>
void ResidentRows<Real>::keep_columns(const starling_data& data) {
  const std::size_t nonzeros = data.row_begin[data.rows];
  std::vector<std::uint64_t> begin(data.columns + 1, 0);
  for (std::size_t e = 0; e < nonzeros; ++e) ++begin[data.column[e] + 1];
  for (std::size_t j = 0; j < data.columns; ++j) begin[j + 1] += begin[j];

  std::vector<std::uint64_t> segment_begin, first_segment(data.columns + 1, 0);
  for (std::size_t j = 0; j < data.columns; ++j) {
    for (std::uint64_t at = begin[j]; at < begin[j + 1]; at += kSegment)
      segment_begin.push_back(at);
    first_segment[j + 1] = segment_begin.size();
  }
  view_.segments = segment_begin.size();
  segment_begin.push_back(nonzeros);

  std::vector<std::uint32_t> row(nonzeros);
  std::vector<double> value(nonzeros);
  for (std::size_t s = 0; s < data.rows; ++s)
    for (std::uint64_t e = data.row_begin[s]; e < data.row_begin[s + 1]; ++e) {
      const std::uint64_t to = begin[data.column[e]]++;
      row[to] = static_cast<std::uint32_t>(s);
      value[to] = data.value[e];
    }
  view_.segment_begin = segment_begin_.assign(segment_begin.data(), segment_begin.size());
  view_.first_segment = first_segment_.assign(first_segment.data(), first_segment.size());
  view_.row = row_.assign(row.data(), row.size());
  view_.column_value = keep(column_value_, value.data(), nonzeros);
}

template <class Real>
const BatchView& ResidentRows<Real>::select(const Batch& batch) {
  if (batch_.slot) mark_slots(device_.stream(), batch_, false);
  batch_ = {static_cast<std::size_t>(batch.size), nullptr, nullptr};
  if (!batch.rows) return batch_;
  batch_.rows = batch_rows_.assign(batch.rows, batch.size);
  if (dense()) return batch_;
  batch_.slot = slot_.data();
  mark_slots(device_.stream(), batch_, true);
  return batch_;
}

template class ResidentRows<float>;
template class ResidentRows<double>;

}  // namespace starling::cuda
