#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consensus/objectives/objective.h"
#include "topology/random.h"

namespace starling {

// Seeded rows of every kind an objective may meet: dense, sparse, with an empty row, more columns
// than rows.
struct SampleRows {
  std::uint64_t rows = 0, columns = 0, classes = 0;
  std::vector<std::uint64_t> row_begin{0};
  std::vector<std::uint32_t> column;
  std::vector<double> value, label;

  starling_data view() const {
    return {rows,
            columns,
            classes,
            row_begin.data(),
            column.empty() ? nullptr : column.data(),
            value.data(),
            label.data()};
  }
};

inline SampleRows sample_rows(std::uint64_t rows, std::uint64_t columns, std::uint64_t classes,
                              bool sparse, std::uint64_t seed) {
  RandomStream random(seed, Purpose::test);
  SampleRows data;
  data.rows = rows;
  data.columns = columns;
  data.classes = classes;
  for (std::uint64_t row = 0; row < rows; ++row) {
    for (std::uint64_t j = 0; j < columns; ++j) {
      if (sparse && (row == 0 || random.uniform() > 0.3)) continue;  // row 0 stays empty
      if (sparse) data.column.push_back(static_cast<std::uint32_t>(j));
      data.value.push_back(random.normal());
    }
    data.row_begin.push_back(data.value.size());
    data.label.push_back(classes > 0 ? static_cast<double>(random.below(classes))
                                     : random.normal());
  }
  return data;
}

// One way to make an objective: an entry, its configuration, data (rows = 0: none).
struct ObjectiveCase {
  std::string name;
  const ObjectiveEntry* entry;
  std::string config;
  SampleRows data;

  Objective make(starling_precision precision = STARLING_FLOAT64, std::uint32_t node = 1,
                 std::uint32_t nodes = 3) const {
    const starling_data view = data.view();
    return Objective(*entry->vtable, {STARLING_OBJECTIVE_ABI, node, nodes, precision,
                                      config.c_str(), data.rows > 0 ? &view : nullptr, nullptr});
  }
};

// For each entry of the registry all the cases its declared properties ask for.
inline std::vector<ObjectiveCase> objective_cases() {
  std::vector<ObjectiveCase> cases;
  for (const ObjectiveEntry& entry : objectives()) {
    const std::string name(entry.name);
    if (entry.data != DataUse::rows) {
      const bool vectors = entry.keys.find("random") != std::string_view::npos;
      cases.push_back({name, &entry, vectors ? R"({"random": 7})" : R"({"kind": "x"})", {}});
      if (vectors) cases.push_back({name + "_given", &entry, "{}", sample_rows(1, 9, 0, false, 4)});
      continue;
    }
    const std::uint64_t classes = !entry.classifies ? 0 : entry.name == "logistic" ? 2 : 4;
    if (name == "cnn") {
      const std::string small = R"({"l2": 0.05, "layers": "convolution:2:3,max:2,dense:3"})";
      const std::string mean = R"({"layers":"average:2,convolution:3:3","activation":"gelu",)"
                               R"("channels":2,"height":3,"width":4,"loss":"mse"})";
      cases.push_back({name + "_dense", &entry, small, sample_rows(30, 16, classes, false, 1)});
      cases.push_back({name + "_sparse", &entry, small, sample_rows(30, 25, classes, true, 2)});
      cases.push_back({name + "_wide", &entry, mean, sample_rows(6, 24, classes, true, 3)});
      continue;
    }
    const std::string l2 = R"({"l2": 0.05})";
    cases.push_back({name + "_dense", &entry, l2, sample_rows(30, 11, classes, false, 1)});
    cases.push_back({name + "_sparse", &entry, l2, sample_rows(30, 17, classes, true, 2)});
    // Below the entries of a row: all of them would be fitted exactly.
    const std::string own = name == "matrix_factorisation" ? R"({"rank": 2})" : "{}";
    cases.push_back({name + "_wide", &entry, own, sample_rows(6, 19, classes, true, 3)});
    if (name != "mlp") continue;
    const auto rows = sample_rows(300, 5, classes, false, 4);  // more than a block
    cases.push_back({"mlp_gelu", &entry, R"({"hidden":"6,3","activation":"gelu"})", rows});
    cases.push_back(
        {"mlp_tanh", &entry, R"({"hidden":"4","activation":"tanh","loss":"mse"})", rows});
    cases.push_back({"mlp_linear", &entry, R"({"hidden":"","l2":0.01})", rows});
  }
  return cases;
}

inline std::vector<double> random_point(std::uint64_t dimension, std::uint32_t seed) {
  RandomStream random(seed, Purpose::test, 1);
  std::vector<double> x(dimension);
  for (double& entry : x) entry = random.normal();
  return x;
}

}  // namespace starling
