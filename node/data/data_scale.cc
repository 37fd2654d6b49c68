#include <algorithm>
#include <cmath>
#include <string>

#include "node/data/data.h"
#include "node/data/loaders/loaders.h"
#include "node/error.h"
#include "topology/nearest.h"

namespace starling {
namespace {

constexpr std::string_view kRules[] = {"none", "standardize", "unit_rows", "max:V"};

void make_dense(Dataset& data) {
  if (data.dense()) return;
  const std::uint64_t d = data.columns;
  if (data.rows() > data.store().max_values() / d)
    throw ConfigError("scale = standardize: " + std::to_string(data.rows()) + " x " +
                      std::to_string(data.columns) + " become dense are " + too_many(data.store()) +
                      "; unit_rows keeps them sparse");
  Array<double> values(data.store());
  std::vector<double> dense_row(d, 0.0);
  for (std::uint64_t row = 0; row < data.rows(); ++row) {
    const std::uint64_t begin = data.row_begin[row], end = data.row_begin[row + 1];
    for (std::uint64_t k = begin; k < end; ++k) dense_row[data.column[k]] = data.value[k];
    values.append(dense_row.data(), d);
    for (std::uint64_t k = begin; k < end; ++k) dense_row[data.column[k]] = 0;
  }
  Dataset dense = dense_rows(std::move(values), d);
  dense.seal();
  data.row_begin = std::move(dense.row_begin);
  data.value = std::move(dense.value);
  data.column.clear();
}

// By the means and deviations that `from` has taken out of its own rows.
void standardize_by(const Dataset& from, Dataset& data) {
  const auto values = data.value.writable();
  for (std::uint64_t row = 0; row < data.rows(); ++row)
    for (std::uint64_t j = 0; j < data.columns; ++j) {
      double& value = values[row * data.columns + j];
      value = (value - from.mean[j]) / from.deviation[j];
    }
}

// Row by row, so that memory is read in order; the sums of all columns run side by side.
void standardize(Dataset& data) {
  make_dense(data);
  const std::uint64_t d = data.columns, m = data.rows();
  const double* first = data.value.data();
  std::vector<double> mean(d, 0.0), square(d, 0.0), low(first, first + d), high = low;
  const auto each = [&](auto visit) {
    for (std::uint64_t row = 0; row < m; ++row)
      for (std::uint64_t j = 0; j < d; ++j) visit(j, data.value[row * d + j]);
  };
  each([&](std::uint64_t j, double value) {
    mean[j] += value;
    low[j] = std::min(low[j], value);
    high[j] = std::max(high[j], value);
  });
  for (double& entry : mean) entry /= static_cast<double>(m);
  each([&](std::uint64_t j, double value) {
    const double off = value - mean[j];
    square[j] += off * off;
  });
  // The deviation of a constant column may come out as a rounding instead of 0: ask the values.
  for (std::uint64_t j = 0; j < d; ++j) {
    if (low[j] == high[j]) mean[j] = low[j];
    square[j] = low[j] == high[j] ? 1 : std::sqrt(square[j] / static_cast<double>(m));
    if (!(square[j] > 0) || !std::isfinite(square[j]))
      throw ConfigError("scale = standardize: column " + std::to_string(j + 1) +
                        " has no finite deviation");
  }
  data.mean = std::move(mean);
  data.deviation = std::move(square);
  standardize_by(data, data);
}

void unit_rows(Dataset& data) {
  const auto values = data.value.writable();
  for (std::uint64_t row = 0; row < data.rows(); ++row) {
    double* begin = values.data() + data.row_begin[row];
    double* end = values.data() + data.row_begin[row + 1];
    double largest = 0,
           sum = 0;  // divided by the largest first: squares neither over- nor underflow
    std::for_each(begin, end, [&](double v) { largest = std::max(largest, std::abs(v)); });
    if (largest == 0) continue;
    std::for_each(begin, end, [&](double v) { sum += (v / largest) * (v / largest); });
    std::for_each(begin, end, [&](double& v) { v = v / largest / std::sqrt(sum); });
  }
}

void divide(Dataset& data, std::string_view rule) {
  double divisor = 0;
  if (!parse_number(rule.substr(4), divisor) || divisor <= 0)
    throw ConfigError("scale = " + std::string(rule) + ": max:V needs a number V > 0");
  for (double& value : data.value.writable()) {
    value /= divisor;
    if (!std::isfinite(value))
      throw ConfigError("scale = " + std::string(rule) + ": a value becomes infinite");
  }
}

}  // namespace

void scale_dataset(Dataset& data, std::string_view rule) {
  if (rule == "none") return;
  if (rule == "standardize") return standardize(data);
  if (rule == "unit_rows") return unit_rows(data);
  if (rule.starts_with("max:")) return divide(data, rule);
  throw ConfigError("scale = " + std::string(rule) +
                    ": must be none, standardize, unit_rows or max:V" + did_you_mean(rule, kRules));
}

Dataset load_test_set(const std::string& file, const std::string& labels, const Dataset& data,
                      std::string_view rule) {
  Dataset test = load_dataset(file, labels, LabelKind::values, data.store());
  if (test.columns > data.columns || (test.dense() && test.columns < data.columns))
    throw ConfigError(file + ": has " + std::to_string(test.columns) +
                      " columns, and the data it is to test " + std::to_string(data.columns));
  test.columns = data.columns;
  test.classes = data.classes;
  for (double& label : test.label.writable()) {
    const auto found = std::lower_bound(data.class_label.begin(), data.class_label.end(), label);
    if (found == data.class_label.end() || *found != label)
      throw ConfigError(file + ": label " + std::to_string(label) +
                        " is no class of the data it is to test");
    label = static_cast<double>(found - data.class_label.begin());
  }
  if (rule != "standardize") {
    scale_dataset(test, rule);
  } else {
    make_dense(test);
    standardize_by(data, test);
  }
  return test;
}

}  // namespace starling
