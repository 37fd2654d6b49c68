#include <algorithm>
#include <charconv>
#include <vector>

#include "node/data/loaders/loaders.h"
#include "topology/nearest.h"

namespace starling {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return text;
}

// The fields of a line into `fields`; a separator inside quotes is not supported.
void split(std::string_view line, char separator, std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    const auto end = line.find(separator);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

char separator_of(std::string_view line) {
  for (const char candidate : {',', ';', '\t'})
    if (line.find(candidate) != std::string_view::npos) return candidate;
  return ',';
}

// Which column holds the label: by name in the header, by number from 1, or the last.
std::size_t find_label(Source& source, std::string_view wanted,
                       const std::vector<std::string_view>& header, std::size_t columns) {
  if (wanted.empty()) return columns - 1;
  const auto named = std::find(header.begin(), header.end(), wanted);
  if (named != header.end()) return static_cast<std::size_t>(named - header.begin());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (error == std::errc() && end == wanted.data() + wanted.size() && number >= 1 &&
      number <= columns)
    return number - 1;
  source.fail("label=" + std::string(wanted) + ": no such column" + did_you_mean(wanted, header) +
              "; a name of the first line or a number from 1 to " + std::to_string(columns));
}

void append(Source& source, const std::vector<std::string_view>& fields, std::size_t label,
            Array<double>& values, Array<double>& labels) {
  if (values.size() + fields.size() > values.store().max_values())
    source.fail_line(too_many(values.store()));
  for (std::size_t k = 0; k < fields.size(); ++k) {
    double number = 0;
    if (!parse_number(fields[k], number))
      source.fail_line("column " + std::to_string(k + 1) + ": " + quoted(fields[k]) +
                       " is no finite number");
    (k == label ? labels : values).push_back(number);
  }
}

}  // namespace

Dataset parse_csv(Source& source, std::string_view label_column, const DataStore& store) {
  Array<double> values(store), labels(store);
  std::vector<std::string_view> fields;
  std::size_t columns = 0, label = 0;
  char separator = ',';
  std::string_view line;
  while (source.line(line)) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (columns == 0) separator = separator_of(line);
    split(line, separator, fields);
    if (columns == 0) {
      columns = fields.size();
      if (columns < 2) source.fail_line("one column only: expected features and a label");
      if (columns > kMaxColumns) source.fail_line("too many columns");
      double number = 0;
      const bool header = std::any_of(fields.begin(), fields.end(), [&](std::string_view field) {
        return !parse_number(field, number);
      });
      label = find_label(source, label_column, header ? fields : decltype(fields){}, columns);
      if (header) continue;
    }
    if (fields.size() != columns)
      source.fail_line(std::to_string(fields.size()) + " fields, the first line has " +
                       std::to_string(columns));
    append(source, fields, label, values, labels);
  }
  if (labels.empty()) source.fail("holds no rows");
  Dataset data = dense_rows(std::move(values), columns - 1);
  data.label = std::move(labels);
  return data;
}

}  // namespace starling
