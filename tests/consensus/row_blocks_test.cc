// The inner loops of the linear models: every instruction set gives the bits of the plain loops.
#include "consensus/kernels/row_blocks.h"

#include <gtest/gtest.h>

#include <vector>

#include "consensus/objectives/fixed_order.h"
#include "topology/random.h"

namespace starling {
namespace {

struct Sizes {
  std::size_t rows, columns, classes;
};

class RowBlocks : public ::testing::TestWithParam<Sizes> {
 protected:
  RowBlocks() {
    for (std::size_t r = 0; r < GetParam().rows; ++r) rows_.push_back(values(GetParam().columns));
    for (const auto& row : rows_) pointers_.push_back(row.data() + 1);  // at no register's boundary
  }
  // One more in front, so that a vector may begin at any double.
  std::vector<double> values(std::size_t size) {
    std::vector<double> result(size + 1);
    for (double& one : result) one = random_.uniform() < 0.3 ? 0 : random_.normal();
    return result;
  }
  RandomStream random_{3, Purpose::test};
  std::vector<std::vector<double>> rows_;
  std::vector<const double*> pointers_;
};

TEST_P(RowBlocks, GiveTheBitsOfThePlainLoops) {
  const auto [rows, columns, classes] = GetParam();
  const auto x = values(columns), factors = values(rows), w = values(columns * classes),
             slopes = values(rows * classes), y = values(columns), g = values(columns * classes);
  std::vector<double> dots, sum = y, scores(rows * classes, 0.0), outer = g;
  for (std::size_t r = 0; r < rows; ++r) {
    dots.push_back(dot_in_order(pointers_[r], x.data() + 1, columns));
    for (std::size_t j = 0; j < columns; ++j) {
      sum[j + 1] += factors[r + 1] * pointers_[r][j];
      for (std::size_t c = 0; c < classes; ++c) {
        scores[r * classes + c] += pointers_[r][j] * w[j * classes + c + 1];
        outer[j * classes + c + 1] += pointers_[r][j] * slopes[r * classes + c + 1];
      }
    }
  }
  ASSERT_FALSE(row_block_kernels().empty());
  for (const RowBlockKernels& kernels : row_block_kernels()) {
    SCOPED_TRACE(kernels.name);
    std::vector<double> found(rows);
    kernels.dots(pointers_.data(), rows, columns, x.data() + 1, found.data());
    EXPECT_EQ(found, dots);
    found = y;
    kernels.add(pointers_.data(), rows, columns, factors.data() + 1, found.data() + 1);
    EXPECT_EQ(found, sum);
    found.assign(rows * classes, 7);
    kernels.scores(pointers_.data(), rows, columns, w.data() + 1, classes, found.data());
    EXPECT_EQ(found, scores);
    found = g;
    kernels.outer(pointers_.data(), rows, columns, slopes.data() + 1, classes, found.data() + 1);
    EXPECT_EQ(found, outer);
    found.assign(rows * classes, 7);
    std::vector<double> sparse = g;
    for (std::size_t r = 0; r < rows; ++r) {
      std::vector<std::uint32_t> column;
      std::vector<double> value;
      for (std::uint32_t j = 0; j < columns; ++j) {
        if (pointers_[r][j] == 0) continue;
        column.push_back(j);
        value.push_back(pointers_[r][j]);
      }
      kernels.entry_scores(column.data(), value.data(), value.size(), w.data() + 1, classes,
                           found.data() + r * classes);
      kernels.entry_outer(column.data(), value.data(), value.size(),
                          slopes.data() + 1 + r * classes, classes, sparse.data() + 1);
    }
    EXPECT_EQ(found, scores);
    EXPECT_EQ(sparse, outer);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, RowBlocks,
                         ::testing::Values(Sizes{8, 64, 8}, Sizes{8, 57, 10}, Sizes{1, 1, 2},
                                           Sizes{5, 13, 3}, Sizes{11, 9, 26}, Sizes{3, 200, 7}),
                         [](const auto& entry) {
                           const Sizes& s = entry.param;
                           return std::to_string(s.rows) + "_" + std::to_string(s.columns) + "_" +
                                  std::to_string(s.classes);
                         });

}  // namespace
}  // namespace starling
