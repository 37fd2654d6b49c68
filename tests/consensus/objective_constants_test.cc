// L and mu of the linear models against spectra known by construction; the C ABI's edges.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "consensus/objectives/builtin.h"
#include "consensus/objectives/rows.h"
#include "tests/consensus/objective_fixture.h"

namespace starling {
namespace {

// A = H_u diag(s) H_v with Householder reflections: its singular values are s.
SampleRows rows_of_spectrum(const std::vector<double>& s, std::uint64_t columns) {
  const auto u = random_point(s.size(), 1), v = random_point(columns, 2);
  double uu = 0, vv = 0;
  for (const double entry : u) uu += entry * entry;
  for (const double entry : v) vv += entry * entry;
  SampleRows data{s.size(), columns, 2, {0}, {}, {}, std::vector<double>(s.size(), 1.0)};
  const std::size_t small = std::min<std::size_t>(s.size(), columns);
  double middle = 0;  // u^T diag(s) v
  for (std::size_t k = 0; k < small; ++k) middle += u[k] * s[k] * v[k];
  for (std::size_t i = 0; i < s.size(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const double su = i < small ? s[i] * v[i] : 0, sv = j < small ? s[j] * u[j] : 0;
      data.value.push_back((i == j ? s[i] : 0) - 2 / uu * u[i] * sv - 2 / vv * su * v[j] +
                           4 / (uu * vv) * middle * u[i] * v[j]);
    }
    data.row_begin.push_back(data.value.size());
  }
  return data;
}

void expect_spectrum(const SampleRows& data, double smallest, double largest) {
  const starling_data view = data.view();
  const NormalSpectrum found = normal_spectrum(DataRows(&view, "test"));
  EXPECT_GE(found.largest, largest * largest * (1 - 1e-15)) << "the safe side of L is above";
  EXPECT_NEAR(found.largest, largest * largest, 1e-11 * largest * largest);
  EXPECT_LE(found.smallest, smallest * smallest * (1 + 1e-15) + 1e-300);
  EXPECT_NEAR(found.smallest, smallest * smallest, 1e-12 * largest * largest);
}

std::vector<double> geometric(std::size_t size, double from, double to) {
  std::vector<double> result(size);
  for (std::size_t k = 0; k < size; ++k)
    result[k] = from * std::pow(to / from, static_cast<double>(k) / static_cast<double>(size - 1));
  return result;
}

TEST(NormalSpectrum, DenseEndsAreThoseOfTheConstruction) {
  expect_spectrum(rows_of_spectrum(geometric(40, 3, 0.5), 40), 0.5, 3);
  expect_spectrum(rows_of_spectrum(geometric(30, 7, 0.1), 50), 0, 7);  // fewer rows than columns
}

// 300 columns are beyond the dense limit: Lanczos, on a separated, a crowded and a flat spectrum.
TEST(NormalSpectrum, LanczosEndIsThatOfTheConstruction) {
  expect_spectrum(rows_of_spectrum(geometric(350, 5, 1e-3), 300), 0, 5);
  expect_spectrum(rows_of_spectrum(geometric(280, 1.0, 0.9), 300), 0, 1);
  expect_spectrum(rows_of_spectrum(std::vector<double>(270, 2.0), 300), 0, 2);
}

TEST(NormalSpectrum, OfZerosIsZero) {
  for (const std::uint64_t columns : {3u, 300u}) {
    SampleRows data{2, columns, 2, {0, columns, 2 * columns}, {}, {}, {0, 1}};
    data.value.assign(2 * columns, 0.0);
    expect_spectrum(data, 0, 0);
  }
}

// L of the logistic loss is attained at x = 0, along the top singular vector.
TEST(Constants, LogisticSmoothnessIsAttainedAtZero) {
  ObjectiveCase one{"", find_objective("logistic"), "{}", rows_of_spectrum({4, 2, 1}, 3)};
  Objective objective = one.make();
  const auto v = random_point(3, 2);  // H_v e_0 is the top right singular vector
  double vv = 0;
  for (const double entry : v) vv += entry * entry;
  const double h = 1e-4;
  std::vector<double> x(3), above(3), below(3);
  for (std::size_t k = 0; k < 3; ++k) x[k] = h * ((k == 0) - 2 / vv * v[0] * v[k]);
  objective.gradient(x.data(), above.data());
  for (double& entry : x) entry = -entry;
  objective.gradient(x.data(), below.data());
  double length = 0;
  for (std::size_t k = 0; k < 3; ++k) length += std::pow(above[k] - below[k], 2);
  EXPECT_NEAR(std::sqrt(length) / (2 * h), objective.smoothness(), 1e-7);
}

// Margins of +-1000 neither overflow nor lose the small side.
TEST(Logistic, IsStableForHugeMargins) {
  ObjectiveCase one{"", find_objective("logistic"), "{}", {2, 1, 2, {0, 1, 2}, {}, {1, 1}, {1, 0}}};
  Objective objective = one.make();
  const double x = 1000;
  double gradient = 0;
  EXPECT_EQ(objective.gradient(&x, &gradient), 500);
  EXPECT_EQ(gradient, 0.5);
}

TEST(Softmax, IsStableForHugeScores) {
  ObjectiveCase one{"", find_objective("softmax"), "{}", {1, 1, 3, {0, 1}, {}, {1}, {1}}};
  Objective objective = one.make();
  const double x[] = {2000, 1000, 0};
  double gradient[3] = {};
  EXPECT_EQ(objective.gradient(x, gradient), 1000);
  EXPECT_EQ(gradient[0], 1);
  EXPECT_EQ(gradient[1], -1);
  EXPECT_EQ(gradient[2], 0);
}

// W[column * classes + class]: the weight of column 1 for class 2 alone decides these rows.
TEST(Softmax, PredictsByTheDocumentedLayout) {
  ObjectiveCase one{
      "", find_objective("softmax"), "{}", {2, 2, 3, {0, 2, 4}, {}, {0, 1, 0, -1}, {2, 0}}};
  Objective objective = one.make();
  const double x[] = {0, 0, 0, 0, 0, 1};
  const starling_data rows = one.data.view();
  EXPECT_EQ(objective.correct(x, rows), 2u);  // row 1: classes 0 and 1 tie, the first is taken
}

TEST(Logistic, CountsCorrectPredictions) {
  ObjectiveCase one{
      "", find_objective("logistic"), "{}", {3, 1, 2, {0, 1, 2, 3}, {}, {1, -1, 2}, {1, 1, 0}}};
  Objective objective = one.make(STARLING_FLOAT32);
  const float x = 0.5f;
  EXPECT_EQ(objective.correct(&x, one.data.view()), 1u);
}

TEST(Vectors, FromAFileKnowNoOptimumAndRandomOnesTheirMean) {
  ObjectiveCase given{"", find_objective("vectors"), "{}", sample_rows(1, 5, 0, false, 1)};
  EXPECT_FALSE(given.make().has_optimum());
  ObjectiveCase random{"", find_objective("vectors"), R"({"random": 5, "seed": 3})", {}};
  std::vector<double> mean(5);
  const std::vector<double> zero(5);
  for (std::uint32_t node = 0; node < 3; ++node) {
    std::vector<double> gradient(5);  // at zero: -v_i
    random.make(STARLING_FLOAT64, node).gradient(zero.data(), gradient.data());
    for (std::size_t k = 0; k < 5; ++k) mean[k] -= gradient[k] / 3;
  }
  const auto x = random.make().optimum();
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(x[k], mean[k], 1e-15);
  given.config = R"({"random": 5})";
  EXPECT_THROW(given.make(), ObjectiveError) << "random and data exclude each other";
}

// --- what must be refused ---

void expect_refused(const char* name, SampleRows data, const char* part) {
  ObjectiveCase one{"", find_objective(name), "{}", std::move(data)};
  try {
    one.make();
    ADD_FAILURE() << name << " accepted what it must refuse: " << part;
  } catch (const ObjectiveError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Refused, DataThatDoesNotFit) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_refused("logistic", {1, 1, 3, {0, 1}, {}, {1}, {1}}, "2 classes");
  expect_refused("logistic", {1, 1, 2, {0, 1}, {}, {1}, {2}}, "neither 0 nor 1");
  expect_refused("softmax", {1, 1, 1, {0, 1}, {}, {1}, {0}}, "2 or more classes");
  expect_refused("softmax", {1, 1, 3, {0, 1}, {}, {1}, {3}}, "no class 0 .. 2");
  expect_refused("softmax", {1, 1, 3, {0, 1}, {}, {1}, {0.5}}, "no class 0 .. 2");
  expect_refused("least_squares", {1, 1, 0, {0, 1}, {}, {nan}, {3}}, "not finite");
  expect_refused("least_squares", {1, 1, 0, {0, 1}, {}, {1}, {nan}}, "not finite");
  for (const char* name : {"reference_quadratic", "reference_logistic"})
    expect_refused(name, {1, 1, 2, {0, 1}, {}, {1}, {1}}, "makes its own data");
  expect_refused("least_squares", {1, 2, 0, {0, 1}, {2}, {1}, {1}}, "column 2 in data of 2");
  expect_refused("least_squares", {2, 2, 0, {0, 1, 0}, {1}, {1}, {1, 1}}, "ends before");
}

TEST(Keys, WholeNumbersMayBeWrittenAsFloatsAndNothingElse) {
  ObjectiveCase one{"", find_objective("reference_quadratic"), "", {}};
  for (const char* text : {"20", "20.0", "2e1", "\"20\""}) {
    one.config = std::string("{\"dimension\": ") + text + "}";
    EXPECT_EQ(one.make().dimension(), 20u) << text;
  }
  for (const char* text : {"20.5", "-20", "1e300", "true", "null", "\"\"", "[20]", "20000000000"}) {
    one.config = std::string("{\"dimension\": ") + text + "}";
    EXPECT_THROW(one.make(), ObjectiveError) << text;
  }
}

TEST(Refused, RequestsOfAnotherAbiOrNoSuchNode) {
  const auto& table = *find_objective("vectors")->vtable;
  starling_objective_request request{STARLING_OBJECTIVE_ABI, 0,       1,      STARLING_FLOAT64,
                                     R"({"random": 2})",     nullptr, nullptr};
  EXPECT_NO_THROW(Objective(table, request));
  auto wrong = request;
  wrong.abi = STARLING_OBJECTIVE_ABI + 1;
  EXPECT_THROW(Objective(table, wrong), ObjectiveError);
  wrong = request;
  wrong.node = 1;
  EXPECT_THROW(Objective(table, wrong), ObjectiveError);
  wrong = request;
  wrong.config = "[1, 2";
  EXPECT_THROW(Objective(table, wrong), ObjectiveError);
}

// A module built against an older, shorter table: what lies beyond its size is not read.
TEST(Abi, ShorterTableLacksTheLaterFunctionsOnly) {
  starling_objective_vtable older = *find_objective("reference_quadratic")->vtable;
  const starling_objective_request request{
      STARLING_OBJECTIVE_ABI, 0, 2, STARLING_FLOAT64, "{}", nullptr, nullptr};
  EXPECT_TRUE(Objective(older, request).global_constants());
  older.struct_size = offsetof(starling_objective_vtable, global_constants);
  EXPECT_FALSE(Objective(older, request).global_constants());
  EXPECT_TRUE(Objective(older, request).has_optimum());
  older.struct_size = offsetof(starling_objective_vtable, optimum);
  EXPECT_FALSE(Objective(older, request).has_optimum());
  older.struct_size = offsetof(starling_objective_vtable, constants);
  EXPECT_THROW(Objective(older, request), ObjectiveError);
  older.struct_size = sizeof older;
  older.abi = STARLING_OBJECTIVE_ABI + 1;
  EXPECT_THROW(Objective(older, request), ObjectiveError);
}

// A long reason is cut to the caller's buffer and always terminated.
TEST(Abi, ErrorTextFitsTheBuffer) {
  const auto& table = *find_objective("logistic")->vtable;
  const starling_objective_request request{
      STARLING_OBJECTIVE_ABI, 0, 1, STARLING_FLOAT64, "{}", nullptr, nullptr};
  char text[8] = "zzzzzzz";
  EXPECT_EQ(table.create(&request, text, sizeof text), nullptr);
  EXPECT_STREQ(text, "logisti");
  EXPECT_EQ(table.create(&request, nullptr, 0), nullptr);
}

}  // namespace
}  // namespace starling
