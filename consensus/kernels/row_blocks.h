#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace starling {

inline constexpr std::size_t kRowBlock = 8;

// The inner loops of the linear models, over up to kRowBlock dense rows at a time: what they share
// (x, W, a gradient) is then read and written once a block instead of once a row.
//
//   dots    out[r] = rows[r] . x                        in the order of dot_in_order
//   add     y += sum_r factors[r] rows[r]               one row after the other
//   scores  z[r][c] = sum_j rows[r][j] W[j][c]          j ascending
//   outer   G[j][c] += sum_r rows[r][j] slopes[r][c]    one row after the other
//
// entry_scores and entry_outer are scores and outer of one sparse row, its entries in order.
// One product and one sum at a time in a fixed order: the same bits on every target, and for every
// way to cut the rows into blocks.
// Shapes    rows[r], x, y: columns; W, G: columns x classes; z, slopes: count x classes; row by
// row.
struct RowBlockKernels {
  std::string_view name;
  void (*dots)(const double* const* rows, std::size_t count, std::size_t columns, const double* x,
               double* out);
  void (*add)(const double* const* rows, std::size_t count, std::size_t columns,
              const double* factors, double* y);
  void (*scores)(const double* const* rows, std::size_t count, std::size_t columns, const double* w,
                 std::size_t classes, double* z);
  void (*outer)(const double* const* rows, std::size_t count, std::size_t columns,
                const double* slopes, std::size_t classes, double* g);
  void (*entry_scores)(const std::uint32_t* column, const double* value, std::size_t size,
                       const double* w, std::size_t classes, double* z);
  void (*entry_outer)(const std::uint32_t* column, const double* value, std::size_t size,
                      const double* slopes, std::size_t classes, double* g);
};

// Those that this processor runs, the fastest last.
std::span<const RowBlockKernels> row_block_kernels();
inline const RowBlockKernels& row_blocks() {
  static const RowBlockKernels& fastest = row_block_kernels().back();
  return fastest;
}

}  // namespace starling
