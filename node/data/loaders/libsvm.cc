#include <charconv>

#include "node/data/loaders/loaders.h"

namespace starling {
namespace {

// Takes the next word off `line`; empty at its end.
std::string_view word(std::string_view& line) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return line = {};
  line.remove_prefix(begin);
  const auto result = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(result.size());
  return result;
}

// One "index:value" appended; `last` is the index before it, 0 at first.
void append(Source& source, std::string_view pair, std::uint64_t& last, Dataset& data) {
  const auto colon = pair.find(':');
  std::uint64_t index = 0;
  double value = 0;
  const char* end = pair.data() + std::min(colon, pair.size());
  const auto [stop, error] = std::from_chars(pair.data(), end, index);
  if (colon == std::string_view::npos || error != std::errc() || stop != end ||
      !parse_number(pair.substr(colon + 1), value))
    source.fail_line(quoted(pair) + " is no index:value");
  if (index == 0 || index > kMaxColumns)
    source.fail_line("index " + std::to_string(index) + " must be 1 to " +
                     std::to_string(kMaxColumns));
  if (index <= last)
    source.fail_line("index " + std::to_string(index) + " after " + std::to_string(last) +
                     ": indices must ascend");
  if (data.value.size() == data.store().max_values()) source.fail_line(too_many(data.store()));
  data.column.push_back(static_cast<std::uint32_t>(index - 1));
  data.value.push_back(value);
  data.columns = std::max(data.columns, index);
  last = index;
}

}  // namespace

Dataset parse_libsvm(Source& source, const DataStore& store) {
  Dataset data(store);
  data.row_begin.push_back(0);
  std::string_view line;
  while (source.line(line)) {
    line = line.substr(0, line.find('#'));
    const auto first = word(line);
    if (first.empty()) continue;
    double label = 0;
    if (!parse_number(first, label))
      source.fail_line(quoted(first) + " is no label: expected 'label index:value ...'");
    if (data.label.size() == store.max_values()) source.fail_line("rows: " + too_many(store));
    std::uint64_t last = 0;
    for (auto pair = word(line); !pair.empty(); pair = word(line)) append(source, pair, last, data);
    data.label.push_back(label);
    data.row_begin.push_back(data.value.size());
  }
  if (data.label.empty()) source.fail("holds no rows");
  if (data.columns == 0) source.fail("holds no 'index:value' in any row");
  return data;
}

}  // namespace starling
