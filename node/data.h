#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/objectives/starling_objective.h"
#include "consensus/settings.h"

namespace starling {

// Rows of samples, dense or sparse, with labels. Owns what a starling_data points to.
struct Dataset {
  std::uint64_t columns = 0, classes = 0;
  std::vector<std::uint64_t> row_begin;  // rows + 1
  std::vector<std::uint32_t> column;     // empty: dense, row-major
  std::vector<double> value;
  std::vector<double> label;

  std::uint64_t rows() const { return row_begin.empty() ? 0 : row_begin.size() - 1; }
  bool dense() const { return column.empty(); }
  Dataset subset(std::span<const std::uint64_t> rows) const;
  starling_data view() const;
};

// Reads LIBSVM, IDX, CSV or NPY, each plain or gzip, recognised by content.
// labels: the label file of an IDX or NPY pair, else empty. Class labels become 0 .. classes-1 in ascending order.
// Errors    ConfigError naming file, line or offset, and what was expected.
Dataset load_dataset(const std::string& file, const std::string& labels = {});

// Scaling (catalogue: standardize by population deviation of the whole set; constant columns only centred; unit_rows; max:V).
void scale_dataset(Dataset& data, std::string_view rule);

// Which rows each node owns: iid | contiguous | dirichlet:A | groups:FILE | sizes:powerlaw. Every row exactly once,
// rows ascending within a node, every node at least one row. Seeded, the same on every node.
std::vector<std::vector<std::uint64_t>> partition_rows(const Dataset& data, std::string_view rule, std::uint32_t nodes,
                                                       std::uint64_t seed);

}  // namespace starling
