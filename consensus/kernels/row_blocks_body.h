// Included once per instruction set: STARLING_ROW_BLOCKS names the table, STARLING_ROW_BLOCKS_NAME
// the set, STARLING_ROW_BLOCKS_LANES the doubles of its registers.
#include "consensus/kernels/row_blocks.h"

namespace starling {

extern const RowBlockKernels STARLING_ROW_BLOCKS;

namespace {

template <std::size_t kLanes>
struct Vector {
  using Type __attribute__((vector_size(8 * kLanes), aligned(8), may_alias)) = double;
};
template <std::size_t kLanes>
using Lanes = typename Vector<kLanes>::Type;

constexpr std::size_t kLanes = STARLING_ROW_BLOCKS_LANES;
constexpr std::size_t kDotLanes = 8;                   // of dot_in_order
constexpr std::size_t kDotRows = kLanes >= 4 ? 4 : 1;  // whose sums fit into registers

template <std::size_t kWidth>
const Lanes<kWidth>& at(const double* p) {
  return *reinterpret_cast<const Lanes<kWidth>*>(p);
}
template <std::size_t kWidth>
Lanes<kWidth>& at(double* p) {
  return *reinterpret_cast<Lanes<kWidth>*>(p);
}

// visit(r, a constant number of rows) for all of `count`.
template <std::size_t kMost, class Visit>
void in_blocks(std::size_t count, Visit visit) {
  std::size_t r = 0;
  for (; r + kMost <= count; r += kMost) visit.template operator()<kMost>(r);
  for (; r < count; ++r) visit.template operator()<1>(r);
}

template <std::size_t kRows>
void dot_rows(const double* const* rows, std::size_t columns, const double* x, double* out) {
  Lanes<kDotLanes> lane[kRows] = {};
  std::size_t k = 0;
  for (; k + kDotLanes <= columns; k += kDotLanes)
    for (std::size_t r = 0; r < kRows; ++r)
      lane[r] += at<kDotLanes>(rows[r] + k) * at<kDotLanes>(x + k);
  for (std::size_t r = 0; r < kRows; ++r) {
    double sum[kDotLanes];
    for (std::size_t l = 0; l < kDotLanes; ++l) sum[l] = lane[r][l];
    for (std::size_t rest = k, l = 0; rest < columns; ++rest, ++l)
      sum[l] += rows[r][rest] * x[rest];
    out[r] = ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
  }
}

void dots(const double* const* rows, std::size_t count, std::size_t columns, const double* x,
          double* out) {
  in_blocks<kDotRows>(count, [&]<std::size_t kRows>(std::size_t r) {
    dot_rows<kRows>(rows + r, columns, x, out + r);
  });
}

template <std::size_t kRows>
void add_rows(const double* const* rows, std::size_t columns, const double* factors, double* y) {
  std::size_t k = 0;
  for (; k + kLanes <= columns; k += kLanes) {
    Lanes<kLanes> sum = at<kLanes>(y + k);
    for (std::size_t r = 0; r < kRows; ++r) sum += factors[r] * at<kLanes>(rows[r] + k);
    at<kLanes>(y + k) = sum;
  }
  for (; k < columns; ++k)
    for (std::size_t r = 0; r < kRows; ++r) y[k] += factors[r] * rows[r][k];
}

void add(const double* const* rows, std::size_t count, std::size_t columns, const double* factors,
         double* y) {
  in_blocks<kRowBlock>(count, [&]<std::size_t kRows>(std::size_t r) {
    add_rows<kRows>(rows + r, columns, factors + r, y);
  });
}

// Classes are taken in strips of a register, then of half of one, and so on.
template <std::size_t kWidth = kLanes, class Visit>
void in_strips(std::size_t classes, Visit visit, std::size_t first = 0) {
  for (; first + kWidth <= classes; first += kWidth) visit.template operator()<kWidth>(first);
  if constexpr (kWidth > 1)
    if (first < classes) in_strips<kWidth / 2>(classes, visit, first);
}

template <std::size_t kRows, std::size_t kWidth>
void score_strip(const double* const* rows, std::size_t columns, const double* w,
                 std::size_t classes, double* z) {
  Lanes<kWidth> sum[kRows] = {};
  for (std::size_t j = 0; j < columns; ++j) {
    const Lanes<kWidth> weights = at<kWidth>(w + j * classes);
    for (std::size_t r = 0; r < kRows; ++r) sum[r] += rows[r][j] * weights;
  }
  for (std::size_t r = 0; r < kRows; ++r) at<kWidth>(z + r * classes) = sum[r];
}

void scores(const double* const* rows, std::size_t count, std::size_t columns, const double* w,
            std::size_t classes, double* z) {
  in_blocks<kRowBlock>(count, [&]<std::size_t kRows>(std::size_t r) {
    in_strips(classes, [&]<std::size_t kWidth>(std::size_t c) {
      score_strip<kRows, kWidth>(rows + r, columns, w + c, classes, z + r * classes + c);
    });
  });
}

template <std::size_t kRows, std::size_t kWidth>
void outer_strip(const double* const* rows, std::size_t columns, const double* slopes,
                 std::size_t classes, double* g) {
  Lanes<kWidth> slope[kRows];
  for (std::size_t r = 0; r < kRows; ++r) slope[r] = at<kWidth>(slopes + r * classes);
  for (std::size_t j = 0; j < columns; ++j) {
    Lanes<kWidth> sum = at<kWidth>(g + j * classes);
    for (std::size_t r = 0; r < kRows; ++r) sum += rows[r][j] * slope[r];
    at<kWidth>(g + j * classes) = sum;
  }
}

void outer(const double* const* rows, std::size_t count, std::size_t columns, const double* slopes,
           std::size_t classes, double* g) {
  in_blocks<kRowBlock>(count, [&]<std::size_t kRows>(std::size_t r) {
    in_strips(classes, [&]<std::size_t kWidth>(std::size_t c) {
      outer_strip<kRows, kWidth>(rows + r, columns, slopes + r * classes + c, classes, g + c);
    });
  });
}

void entry_scores(const std::uint32_t* column, const double* value, std::size_t size,
                  const double* w, std::size_t classes, double* z) {
  in_strips(classes, [&]<std::size_t kWidth>(std::size_t c) {
    Lanes<kWidth> sum = {};
    for (std::size_t e = 0; e < size; ++e)
      sum += value[e] * at<kWidth>(w + column[e] * classes + c);
    at<kWidth>(z + c) = sum;
  });
}

void entry_outer(const std::uint32_t* column, const double* value, std::size_t size,
                 const double* slopes, std::size_t classes, double* g) {
  in_strips(classes, [&]<std::size_t kWidth>(std::size_t c) {
    const Lanes<kWidth> slope = at<kWidth>(slopes + c);
    for (std::size_t e = 0; e < size; ++e)
      at<kWidth>(g + column[e] * classes + c) += value[e] * slope;
  });
}

}  // namespace

const RowBlockKernels STARLING_ROW_BLOCKS = {
    STARLING_ROW_BLOCKS_NAME, dots, add, scores, outer, entry_scores, entry_outer};

}  // namespace starling
