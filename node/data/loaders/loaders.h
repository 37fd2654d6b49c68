#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/data/data.h"
#include "node/data/loaders/source.h"

namespace starling {

// One parser per format. Labels come as they stand in the file; load_dataset numbers the classes.
// All of them read as far as the bytes go and reserve nothing on the word of a header.
// Errors  ConfigError naming file, line or byte, and what was expected.

// "label index:value ...": indices from 1, ascending; blanks at the end and '#' comments allowed.
Dataset parse_libsvm(Source& source);
// Numbers separated by ',', ';' or tab, all lines alike; a first line that is no numbers names the
// columns. label_column: a name or a number from 1; empty: the last.
Dataset parse_csv(Source& source, std::string_view label_column);
// Bytes in 2 to 4 dimensions: the first is the row, the rest the columns. No labels.
Dataset parse_idx(Source& source);
// float32, float64, int32, int64 or uint8, little-endian, C or Fortran order. No labels.
Dataset parse_npy(Source& source);
// One dimension of labels.
std::vector<double> parse_idx_labels(Source& source);
std::vector<double> parse_npy_labels(Source& source);

// The most values one data set may hold (2 GiB of doubles), and the most columns.
inline constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 28;
inline constexpr std::uint64_t kMaxColumns = 100'000'000;

// A number that fills all of `text` ('+' allowed in front), finite.
bool parse_number(std::string_view text, double& number);
// `text` for an error message: quoted, at most 40 characters, nothing unprintable.
std::string quoted(std::string_view text);
bool is_idx(std::string_view start);
bool is_npy(std::string_view start);

// Completes a dense set of `values`, row by row of `columns`.
Dataset dense_rows(std::vector<double> values, std::uint64_t columns);

}  // namespace starling
