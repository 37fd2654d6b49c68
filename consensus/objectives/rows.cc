#include "consensus/objectives/rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "consensus/objectives/objective.h"

namespace starling {
namespace {

void refuse(const char* what, const std::string& why) {
  throw ObjectiveError(std::string(what) + ": " + why);
}

void require_finite(const char* what, const char* name, const double* values, std::uint64_t size) {
  const auto* end = values + size;
  const auto* bad = std::find_if(values, end, [](double value) { return !std::isfinite(value); });
  if (bad != end)
    refuse(what,
           std::string(name) + " " + std::to_string(bad - values) + " of the data is not finite");
}

}  // namespace

DataRows::DataRows(const starling_data* data, const char* what, bool labelled) {
  if (!data || data->rows == 0) refuse(what, "needs data: set objective.data = FILE");
  data_ = *data;
  if (data_.columns == 0 || data_.columns > std::numeric_limits<std::uint32_t>::max())
    refuse(what, "data of " + std::to_string(data_.columns) + " columns");
  if (!data_.value || (data_.column && !data_.row_begin)) refuse(what, "the data has no values");
  if (labelled && !data_.label) refuse(what, "needs labels: set objective.labels = FILE");
  std::uint64_t values = data_.rows * data_.columns;
  if (data_.column) {
    if (data_.row_begin[0] != 0) refuse(what, "row 0 of the data does not begin at 0");
    for (std::uint64_t row = 0; row < data_.rows; ++row)
      if (data_.row_begin[row + 1] < data_.row_begin[row])
        refuse(what, "row " + std::to_string(row) + " of the data ends before it begins");
    values = data_.row_begin[data_.rows];
    for (std::uint64_t k = 0; k < values; ++k)
      if (data_.column[k] >= data_.columns)
        refuse(what, "column " + std::to_string(data_.column[k]) + " in data of " +
                         std::to_string(data_.columns));
  }
  require_finite(what, "value", data_.value, values);
  if (labelled) require_finite(what, "label", data_.label, data_.rows);
}

void require_classes(const DataRows& rows, const char* what) {
  const std::uint64_t classes = rows.classes();
  if (classes < 2)
    refuse(what, "needs data of 2 or more classes, this has " + std::to_string(classes));
  for (std::uint64_t row = 0; row < rows.count(); ++row) {
    const double label = rows.label(row);
    if (!(label >= 0 && label < static_cast<double>(classes) && label == std::floor(label)))
      refuse(what, "label of row " + std::to_string(row) + " is no class 0 .. " +
                       std::to_string(classes - 1));
  }
}

void DataRows::normal_product(const double* x, double* y) const {
  std::fill_n(y, columns(), 0.0);
  through({nullptr, count()}, x, y, [](std::uint64_t, double product) { return product; });
}

}  // namespace starling
