#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node/data/data.h"
#include "node/data/loaders/source.h"

namespace starling {

// One parser per format. Labels come as they stand in the file; load_dataset numbers the classes.
// All of them read as far as the bytes go, put what they read into the store as they go, and
// reserve nothing on the word of a header. Errors  ConfigError naming file, line or byte, and what
// was expected.

// "label index:value ...": indices from 1, ascending; blanks at the end and '#' comments allowed.
Dataset parse_libsvm(Source& source, const DataStore& store = {});
// Numbers separated by ',', ';' or tab, all lines alike; a first line that is no numbers names the
// columns. label_column: a name or a number from 1; empty: the last.
Dataset parse_csv(Source& source, std::string_view label_column, const DataStore& store = {});
// Bytes in 2 to 4 dimensions: the first is the row, the rest the columns. No labels.
Dataset parse_idx(Source& source, const DataStore& store = {});
// float32, float64, int32, int64 or uint8, little-endian, C or Fortran order. No labels.
Dataset parse_npy(Source& source, const DataStore& store = {});
// One dimension of labels.
Array<double> parse_idx_labels(Source& source, const DataStore& store = {});
Array<double> parse_npy_labels(Source& source, const DataStore& store = {});

inline constexpr std::uint64_t kMaxColumns = 100'000'000;

// A number that fills all of `text` ('+' allowed in front), finite.
bool parse_number(std::string_view text, double& number);
// `text` for an error message: quoted, at most 40 characters, nothing unprintable.
std::string quoted(std::string_view text);
// "more than N values", with the way out where there is one.
std::string too_many(const DataStore& store);
bool is_idx(std::string_view start);
bool is_npy(std::string_view start);

// Completes a dense set of `values`, row by row of `columns`.
Dataset dense_rows(Array<double> values, std::uint64_t columns);

}  // namespace starling
