#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/objectives/starling_objective.h"
#include "consensus/settings.h"
#include "node/data/array.h"

namespace starling {

// Rows of samples, dense or sparse, with labels. Owns what a starling_data points to.
struct Dataset {
  Dataset() : Dataset(DataStore()) {}
  explicit Dataset(const DataStore& store)
      : row_begin(store), column(store), value(store), label(store) {}

  std::uint64_t columns = 0, classes = 0;  // classes = 0: the labels are real values, or absent
  Array<std::uint64_t> row_begin;          // rows + 1
  Array<std::uint32_t> column;             // empty: dense, row-major
  Array<double> value;
  Array<double> label;                  // empty: none (an NPY file alone)
  std::vector<double> class_label;      // the label in the file of class 0, 1, ...
  std::vector<double> mean, deviation;  // of the columns, that standardize has taken out; or empty

  std::uint64_t rows() const { return row_begin.empty() ? 0 : row_begin.size() - 1; }
  // Rows without any value are still sparse: a dense set lists every column.
  bool dense() const { return column.empty() && value.size() == rows() * columns; }
  const DataStore& store() const { return value.store(); }
  // In the same store. Rows one after the other are shared, not copied; in memory only if they are
  // all there are.
  Dataset subset(std::span<const std::uint64_t> rows) const;
  void forget_rows();  // what is known of columns and classes stays
  void seal();         // the rows are all there
  starling_data view() const;
};

enum class LabelKind { classes, values };  // whole numbers to be numbered from 0, or targets as is

// Reads LIBSVM, IDX, CSV or NPY, each plain or gzip, recognised by content.
//
// labels    the label file of an IDX or NPY pair; for CSV "label=NAME" or "label=NUMBER" (from 1),
//           the column of the labels, else the last one; else empty.
// Classes   labels become 0 .. classes-1 in ascending order: -1/+1 become 0/1.
// Memory    at most 2^28 values, in a store 2^40; nothing is reserved on the word of a header.
// Store     a plain NPY file of little-endian float64 in C order is not copied there but mapped as
//           it is: leave it alone as long as the data set is used.
// Errors    ConfigError naming file, line or offset, and what was expected; of the store.
Dataset load_dataset(const std::string& file, const std::string& labels = {},
                     LabelKind kind = LabelKind::classes, const DataStore& store = {});

// none | standardize | unit_rows | max:V, on the whole set, before it is cut into shards.
//
//   standardize  (a - mean) / population deviation, column by column; a constant column is only
//                centred; a sparse set becomes dense
//   unit_rows    a / |a|; a row of zeros stays
//   max:V        a / V
// Errors    ConfigError: unknown rule, V not positive, a set too large to become dense.
void scale_dataset(Dataset& data, std::string_view rule);

// Rows that nobody learns from, as `data` has them: its columns, its classes, its store, scaled as
// it was (standardize: by its means and deviations).
//
// Errors    ConfigError naming the file: a column or a class that `data` does not have.
Dataset load_test_set(const std::string& file, const std::string& labels, const Dataset& data,
                      std::string_view rule);

// Which rows each node owns. Every row exactly once, rows ascending within a node, every node at
// least one row; seeded, the same on every node.
//
//   iid            shuffled, cut evenly
//   contiguous     the file's order, cut evenly
//   sorted         the order of the labels, cut evenly: as unlike as shards can be
//   dirichlet:A    each class spread in proportions drawn from Dirichlet(A): 100 even, 0.1 severe
//   groups:FILE    line i names the group of row i; a group stays together, large ones placed first
//   sizes:powerlaw shuffled, sizes falling like 1, 1/2, 1/3, ... in a random order of the nodes
// Errors    ConfigError: unknown rule, fewer rows (or groups) than nodes, a group file of another
//           length.
std::vector<std::vector<std::uint64_t>> partition_rows(const Dataset& data, std::string_view rule,
                                                       std::uint32_t nodes, std::uint64_t seed);

}  // namespace starling
