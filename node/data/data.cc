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

std::string too_many(const DataStore& store) {
  const std::string most = "more than " + std::to_string(store.max_values()) + " values";
  return store.on_disk() ? most
                         : most + ": local.data_store = \"DIR\" takes up to " +
                               std::to_string(kMaxStoredValues);
}

Dataset dense_rows(Array<double> values, std::uint64_t columns) {
  Dataset data(values.store());
  data.columns = columns;
  for (std::uint64_t begin = 0; begin <= values.size(); begin += columns)
    data.row_begin.push_back(begin);
  data.value = std::move(values);
  return data;
}

namespace {

constexpr std::size_t kMaxClasses = 65536;

// In ascending order. Sorted out again whenever they have doubled: memory follows the classes.
std::vector<double> distinct_labels(const Array<double>& labels) {
  std::vector<double> distinct;
  const auto sort_out = [&] {
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  };
  std::size_t full = kMaxClasses;
  for (const double label : labels) {
    if (distinct.size() == full) {
      sort_out();
      full = std::max(full, 2 * distinct.size());
    }
    distinct.push_back(label);
  }
  sort_out();
  return distinct;
}

// Each label becomes its place among the distinct ones.
void number_classes(const std::string& file, Dataset& data) {
  std::vector<double> distinct = distinct_labels(data.label);
  const auto fraction = std::find_if(distinct.begin(), distinct.end(),
                                     [](double label) { return label != std::floor(label); });
  if (fraction != distinct.end())
    throw ConfigError(file + ": label " + std::to_string(*fraction) +
                      " is no class: classes are whole numbers (least_squares takes any number)");
  if (distinct.size() > kMaxClasses)
    throw ConfigError(file + ": " + std::to_string(distinct.size()) + " classes: at most " +
                      std::to_string(kMaxClasses));
  for (double& label : data.label.writable())
    label = static_cast<double>(std::lower_bound(distinct.begin(), distinct.end(), label) -
                                distinct.begin());
  data.classes = distinct.size();
  data.class_label = std::move(distinct);
}

Array<double> load_labels(const std::string& file, const DataStore& store) {
  const auto source = Source::open(file);
  if (is_npy(source->peek())) return parse_npy_labels(*source, store);
  if (is_idx(source->peek())) return parse_idx_labels(*source, store);
  source->fail("is neither IDX nor NPY, as a file of labels must be");
}

// The two binary formats, whose labels stand in a file of their own.
Dataset load_binary(Source& source, const std::string& labels, const DataStore& store) {
  const bool npy = is_npy(source.peek());
  Dataset data = npy ? parse_npy(source, store) : parse_idx(source, store);
  if (labels.empty()) {
    if (!npy) source.fail("IDX images need their labels: set objective.labels = FILE");
    return data;
  }
  data.label = load_labels(labels, store);
  if (data.label.size() != data.rows())
    throw ConfigError(labels + ": " + std::to_string(data.label.size()) + " labels for " +
                      std::to_string(data.rows()) + " rows of " + source.name());
  return data;
}

bool one_after_the_other(std::span<const std::uint64_t> rows) {
  for (std::size_t k = 0; k < rows.size(); ++k)
    if (rows[k] != rows[0] + k) return false;
  return !rows.empty();
}

// CSV if the first line that says anything has a separator and no "index:value".
bool is_csv(std::string_view start) {
  const auto begin = start.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  const auto line = start.substr(begin, start.find('\n', begin) - begin);
  if (line.find_first_of(",;") != std::string_view::npos) return true;
  return line.find('\t') != std::string_view::npos && line.find(':') == std::string_view::npos;
}

Dataset load_text(Source& source, const std::string& labels, const DataStore& store) {
  constexpr std::string_view kLabel = "label=";
  const bool csv = is_csv(source.peek());
  if (!labels.empty() && !(csv && labels.starts_with(kLabel)))
    throw ConfigError("objective.labels = " + labels + ": " + source.name() + " is " +
                      (csv ? "CSV, which takes label=NAME" : "LIBSVM, which brings its labels"));
  if (!csv) return parse_libsvm(source, store);
  return parse_csv(source, std::string_view(labels).substr(labels.empty() ? 0 : kLabel.size()),
                   store);
}

}  // namespace

Dataset load_dataset(const std::string& file, const std::string& labels, LabelKind kind,
                     const DataStore& store) {
  const auto source = Source::open(file);
  if (source->peek().empty()) source->fail("is empty");
  const bool binary = is_npy(source->peek()) || is_idx(source->peek());
  Dataset data = binary ? load_binary(*source, labels, store) : load_text(*source, labels, store);
  if (kind == LabelKind::classes && !data.label.empty()) number_classes(file, data);
  data.seal();
  return data;
}

Dataset Dataset::subset(std::span<const std::uint64_t> chosen) const {
  Dataset result(store());
  result.columns = columns;
  result.classes = classes;
  result.class_label = class_label;
  // In memory a slice would keep all rows alive where a few are asked for.
  const bool share = one_after_the_other(chosen) && (store().on_disk() || chosen.size() == rows());
  if (share) {
    const std::uint64_t first = row_begin[chosen.front()];
    const std::uint64_t count = row_begin[chosen.back() + 1] - first;
    result.value = value.slice(first, count);
    if (!dense()) result.column = column.slice(first, count);
    if (!label.empty()) result.label = label.slice(chosen.front(), chosen.size());
  }
  std::uint64_t reached = 0;
  result.row_begin.push_back(0);
  for (const std::uint64_t row : chosen) {
    const std::uint64_t begin = row_begin[row], count = row_begin[row + 1] - begin;
    result.row_begin.push_back(reached += count);
    if (share) continue;
    result.value.append(value.data() + begin, count);
    if (!dense()) result.column.append(column.data() + begin, count);
    if (!label.empty()) result.label.push_back(label[row]);
  }
  result.seal();
  return result;
}

void Dataset::forget_rows() {
  row_begin.clear();
  column.clear();
  value.clear();
  label.clear();
}

void Dataset::seal() {
  row_begin.seal();
  column.seal();
  value.seal();
  label.seal();
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
