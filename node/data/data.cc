#include "node/data/data.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "node/data/loaders/loaders.h"
#include "node/error.h"

namespace starling {

bool parse_number(std::string_view text, double& number) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('+')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
}

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > 40 ? "...'" : "'");
}

Dataset dense_rows(std::vector<double> values, std::uint64_t columns) {
  Dataset data;
  data.columns = columns;
  for (std::uint64_t begin = 0; begin <= values.size(); begin += columns)
    data.row_begin.push_back(begin);
  data.value = std::move(values);
  return data;
}

namespace {

constexpr std::size_t kMaxClasses = 65536;

// Distinct labels in ascending order; each label becomes its place among them.
void number_classes(const std::string& file, Dataset& data) {
  std::vector<double> distinct = data.label;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const auto fraction = std::find_if(distinct.begin(), distinct.end(),
                                     [](double label) { return label != std::floor(label); });
  if (fraction != distinct.end())
    throw ConfigError(file + ": label " + std::to_string(*fraction) +
                      " is no class: classes are whole numbers (least_squares takes any number)");
  if (distinct.size() > kMaxClasses)
    throw ConfigError(file + ": " + std::to_string(distinct.size()) + " classes: at most " +
                      std::to_string(kMaxClasses));
  for (double& label : data.label)
    label = static_cast<double>(std::lower_bound(distinct.begin(), distinct.end(), label) -
                                distinct.begin());
  data.classes = distinct.size();
  data.class_label = std::move(distinct);
}

std::vector<double> load_labels(const std::string& file) {
  const auto source = Source::open(file);
  if (is_npy(source->peek())) return parse_npy_labels(*source);
  if (is_idx(source->peek())) return parse_idx_labels(*source);
  source->fail("is neither IDX nor NPY, as a file of labels must be");
}

// The two binary formats, whose labels stand in a file of their own.
Dataset load_binary(Source& source, const std::string& labels) {
  const bool npy = is_npy(source.peek());
  Dataset data = npy ? parse_npy(source) : parse_idx(source);
  if (labels.empty()) {
    if (!npy) source.fail("IDX images need their labels: set objective.labels = FILE");
    return data;
  }
  data.label = load_labels(labels);
  if (data.label.size() != data.rows())
    throw ConfigError(labels + ": " + std::to_string(data.label.size()) + " labels for " +
                      std::to_string(data.rows()) + " rows of " + source.name());
  return data;
}

// CSV if the first line that says anything has a separator and no "index:value".
bool is_csv(std::string_view start) {
  const auto begin = start.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  const auto line = start.substr(begin, start.find('\n', begin) - begin);
  if (line.find_first_of(",;") != std::string_view::npos) return true;
  return line.find('\t') != std::string_view::npos && line.find(':') == std::string_view::npos;
}

Dataset load_text(Source& source, const std::string& labels) {
  constexpr std::string_view kLabel = "label=";
  const bool csv = is_csv(source.peek());
  if (!labels.empty() && !(csv && labels.starts_with(kLabel)))
    throw ConfigError("objective.labels = " + labels + ": " + source.name() + " is " +
                      (csv ? "CSV, which takes label=NAME" : "LIBSVM, which brings its labels"));
  if (!csv) return parse_libsvm(source);
  return parse_csv(source, std::string_view(labels).substr(labels.empty() ? 0 : kLabel.size()));
}

}  // namespace

Dataset load_dataset(const std::string& file, const std::string& labels, LabelKind kind) {
  const auto source = Source::open(file);
  if (source->peek().empty()) source->fail("is empty");
  const bool binary = is_npy(source->peek()) || is_idx(source->peek());
  Dataset data = binary ? load_binary(*source, labels) : load_text(*source, labels);
  if (kind == LabelKind::classes && !data.label.empty()) number_classes(file, data);
  return data;
}

Dataset Dataset::subset(std::span<const std::uint64_t> chosen) const {
  Dataset result;
  result.columns = columns;
  result.classes = classes;
  result.class_label = class_label;
  result.row_begin.push_back(0);
  for (const std::uint64_t row : chosen) {
    const auto begin = static_cast<std::ptrdiff_t>(row_begin[row]);
    const auto end = static_cast<std::ptrdiff_t>(row_begin[row + 1]);
    result.value.insert(result.value.end(), value.begin() + begin, value.begin() + end);
    if (!dense())
      result.column.insert(result.column.end(), column.begin() + begin, column.begin() + end);
    if (!label.empty()) result.label.push_back(label[row]);
    result.row_begin.push_back(result.value.size());
  }
  return result;
}

starling_data Dataset::view() const {
  static constexpr std::uint32_t kNoColumn = 0;  // sparse rows without a value are not dense
  static constexpr double kNoValue = 0;
  starling_data result{};
  result.rows = rows();
  result.columns = columns;
  result.classes = classes;
  result.row_begin = row_begin.data();
  result.column = dense() ? nullptr : column.empty() ? &kNoColumn : column.data();
  result.value = value.empty() ? &kNoValue : value.data();
  result.label = label.empty() ? nullptr : label.data();
  return result;
}

}  // namespace starling
