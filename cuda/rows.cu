#include "cuda/rows.h"

#include "cuda/launch.h"

namespace starling::cuda {
namespace {

// A warp for each row, a warp for each segment: the entries of one column.
template <class Real>
void row_product(Stream stream, const RowsView<Real>& a, const BatchView& batch, const Real* x,
                 Real* scores) {
  for_each_warp(stream, batch.size, [=] STARLING_HOST_DEVICE(std::size_t k, Warp warp) {
    const std::size_t row = batch.row(k);
    const Real sum = warp.sum(a.row_begin[row], a.row_begin[row + 1],
                              [&](std::size_t e) { return a.value[e] * x[a.column[e]]; });
    if (warp.leads()) scores[k] = sum;
  });
}

template <class Real>
void segment_sums(Stream stream, const RowsView<Real>& a, const BatchView& batch,
                  const Real* slopes, Real* partial) {
  for_each_warp(stream, a.segments, [=] STARLING_HOST_DEVICE(std::size_t s, Warp warp) {
    const Real sum =
        warp.sum(a.segment_begin[s], a.segment_begin[s + 1], [&](std::size_t e) -> Real {
          const std::uint32_t k = batch.slot ? batch.slot[a.row[e]] : a.row[e];
          return k == kAbsent ? Real(0) : a.column_value[e] * slopes[k];
        });
    if (warp.leads()) partial[s] = sum;
  });
}

// With several classes a thread for each class: neighbours read neighbouring classes.
template <class Real>
void segment_sums(Stream stream, const RowsView<Real>& a, const BatchView& batch,
                  std::size_t classes, const Real* slopes, Real* partial) {
  for_each_index(stream, a.segments * classes, [=] STARLING_HOST_DEVICE(std::size_t index) {
    const std::size_t s = index / classes, c = index % classes;
    Real sum = 0;
    for (std::size_t e = a.segment_begin[s]; e < a.segment_begin[s + 1]; ++e) {
      const std::uint32_t k = batch.slot ? batch.slot[a.row[e]] : a.row[e];
      if (k != kAbsent) sum += a.column_value[e] * slopes[k * classes + c];
    }
    partial[index] = sum;
  });
}

}  // namespace

template <class Real>
void row_products(Stream stream, const RowsView<Real>& a, const BatchView& batch,
                  std::size_t classes, const Real* x, Real* scores) {
  if (classes == 1) return row_product(stream, a, batch, x, scores);
  for_each_index(stream, batch.size * classes, [=] STARLING_HOST_DEVICE(std::size_t index) {
    const std::size_t row = batch.row(index / classes), c = index % classes;
    Real sum = 0;
    for (std::size_t e = a.row_begin[row]; e < a.row_begin[row + 1]; ++e)
      sum += a.value[e] * x[a.column[e] * classes + c];
    scores[index] = sum;
  });
}

template <class Real>
void column_products(Stream stream, const RowsView<Real>& a, const BatchView& batch,
                     std::size_t classes, const Real* slopes, Real l2, const Real* x, Real* partial,
                     Real* gradient) {
  if (classes == 1)
    segment_sums(stream, a, batch, slopes, partial);
  else
    segment_sums(stream, a, batch, classes, slopes, partial);
  for_each_index(stream, a.columns * classes, [=] STARLING_HOST_DEVICE(std::size_t index) {
    const std::size_t j = index / classes, c = index % classes;
    Real sum = 0;
    for (std::size_t s = a.first_segment[j]; s < a.first_segment[j + 1]; ++s)
      sum += partial[s * classes + c];
    gradient[index] = sum + l2 * x[index];
  });
}

template <class Real>
void gather_rows(Stream stream, const RowsView<Real>& a, const BatchView& batch, std::size_t first,
                 std::size_t count, Real* to) {
  for_each_warp(stream, count, [=] STARLING_HOST_DEVICE(std::size_t k, Warp warp) {
    const std::size_t row = batch.row(first + k);
    Real* const target = to + k * a.columns;
    if (!a.row_begin) {
      const Real* const source = a.value + row * a.columns;
      return warp.each(0, a.columns, [&](std::size_t j) { target[j] = source[j]; });
    }
    warp.each(0, a.columns, [&](std::size_t j) { target[j] = 0; });
    warp.each(a.row_begin[row], a.row_begin[row + 1],
              [&](std::size_t e) { target[a.column[e]] = a.value[e]; });
  });
}

void mark_slots(Stream stream, const BatchView& batch, bool present) {
  for_each_index(stream, batch.size, [=] STARLING_HOST_DEVICE(std::size_t k) {
    batch.slot[batch.rows[k]] = present ? static_cast<std::uint32_t>(k) : kAbsent;
  });
}

#define STARLING_INSTANCES(Real)                                                              \
  template void row_products(Stream, const RowsView<Real>&, const BatchView&, std::size_t,    \
                             const Real*, Real*);                                             \
  template void column_products(Stream, const RowsView<Real>&, const BatchView&, std::size_t, \
                                const Real*, Real, const Real*, Real*, Real*);                \
  template void gather_rows(Stream, const RowsView<Real>&, const BatchView&, std::size_t,     \
                            std::size_t, Real*);
STARLING_INSTANCES(float)
STARLING_INSTANCES(double)
#undef STARLING_INSTANCES

}  // namespace starling::cuda
