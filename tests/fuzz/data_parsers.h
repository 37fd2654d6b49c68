#pragma once

#include <cstdlib>
#include <string_view>

#include "node/data/data.h"
#include "node/data/loaders/loaders.h"
#include "node/error.h"

namespace starling {

// Whatever a parser accepts must be a data set every objective may walk; anything else it refuses
// by a ConfigError. Everything else (a crash, another exception, a time-out, memory) is a finding.
template <class Parse>
void check_parser(std::string_view bytes, Parse parse) {
  const auto require = [](bool condition) {
    if (!condition) std::abort();
  };
  Dataset data;
  try {
    const auto source = Source::memory("fuzz", bytes);
    data = parse(*source);
  } catch (const ConfigError&) {
    return;
  }
  require(data.rows() > 0 && data.columns > 0 && data.columns <= kMaxColumns);
  require(data.row_begin.front() == 0 && data.row_begin.back() == data.value.size());
  require(data.label.empty() || data.label.size() == data.rows());
  require(data.column.empty() ? data.dense() || data.value.empty()
                              : data.column.size() == data.value.size());
  for (std::size_t row = 0; row < data.rows(); ++row)
    require(data.row_begin[row] <= data.row_begin[row + 1]);
  for (const std::uint32_t column : data.column) require(column < data.columns);
}

}  // namespace starling

// `call` gets a Source& named `source` and returns a Dataset.
#define STARLING_FUZZ_PARSER(call)                                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    starling::check_parser({reinterpret_cast<const char*>(data), size},               \
                           [](starling::Source& source) { return call; });            \
    return 0;                                                                         \
  }
