// What the multilayer perceptron adds to an objective of rows: layers, a start, dropout. Its
// gradient is held to differences of its value with all other objectives.
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "consensus/kernels/product.h"
#include "tests/consensus/objective_fixture.h"

namespace starling {
namespace {

ObjectiveCase mlp(const std::string& config, std::uint64_t rows = 30) {
  return {"mlp", find_objective("mlp"), config, sample_rows(rows, 5, 4, false, 4)};
}

double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double entry : v) sum += entry * entry;
  return std::sqrt(sum);
}

TEST(AProduct, AddsTheSumsOfProductsWhicheverIsTransposed) {
  RandomStream draw(1, Purpose::test);
  constexpr std::size_t kRows = 13, kInner = 37, kColumns = 9;
  std::vector<double> a(kRows * kInner), b(kInner * kColumns), c(kRows * kColumns, 2.0);
  for (double& entry : a) entry = draw.normal();
  for (double& entry : b) entry = draw.normal();
  std::vector<double> a_t(a.size()), b_t(b.size());
  for (std::size_t i = 0; i < kRows; ++i)
    for (std::size_t j = 0; j < kInner; ++j) a_t[j * kRows + i] = a[i * kInner + j];
  for (std::size_t i = 0; i < kInner; ++i)
    for (std::size_t j = 0; j < kColumns; ++j) b_t[j * kInner + i] = b[i * kColumns + j];
  for (const auto& [which, left, right] :
       {std::tuple{Transposed::none, MatrixView{a.data(), kRows, kInner},
                   MatrixView{b.data(), kInner, kColumns}},
        std::tuple{Transposed::left, MatrixView{a_t.data(), kInner, kRows},
                   MatrixView{b.data(), kInner, kColumns}},
        std::tuple{Transposed::right, MatrixView{a.data(), kRows, kInner},
                   MatrixView{b_t.data(), kColumns, kInner}}}) {
    std::fill(c.begin(), c.end(), 2.0);
    add_product(left, right, which, c.data());
    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t j = 0; j < kColumns; ++j) {
        double sum = 2;
        for (std::size_t k = 0; k < kInner; ++k) sum += a[i * kInner + k] * b[k * kColumns + j];
        EXPECT_NEAR(c[i * kColumns + j], sum, 1e-12) << static_cast<int>(which);
      }
  }
}

TEST(AnMlp, WithoutHiddenLayersIsSoftmaxWithAnIntercept) {
  const ObjectiveCase with = mlp(R"({"hidden":"","l2":0.1})");
  const ObjectiveCase without{"softmax", find_objective("softmax"), R"({"l2":0.1})", with.data};
  Objective network = with.make(), softmax = without.make();
  ASSERT_EQ(network.dimension(), softmax.dimension() + 4);
  auto x = random_point(network.dimension(), 2);
  for (std::size_t k = softmax.dimension(); k < x.size(); ++k) x[k] = 0;  // the intercept
  std::vector<double> one(x.size()), other(softmax.dimension());
  EXPECT_NEAR(network.gradient(x.data(), one.data()), softmax.gradient(x.data(), other.data()),
              1e-13);
  for (std::size_t k = 0; k < other.size(); ++k) EXPECT_NEAR(one[k], other[k], 1e-13);
}

TEST(AnMlp, StartsAlikeOnAllNodesWithTheVarianceOfItsLayers) {
  const ObjectiveCase one = mlp(R"({"hidden":"400"})"), other = mlp(R"({"hidden":"400","seed":2})");
  const auto start_of = [](const ObjectiveCase& from, std::uint32_t node) {
    Objective objective = from.make(STARLING_FLOAT64, node);
    std::vector<double> x(objective.dimension());
    objective.initial(x.data());
    return x;
  };
  const auto x = start_of(one, 0);
  EXPECT_EQ(x, start_of(one, 2));
  EXPECT_NE(x, start_of(other, 0));
  double square = 0;
  for (std::size_t k = 0; k < 2000; ++k) square += x[k] * x[k] / 2000;  // W of 5 x 400
  EXPECT_NEAR(square, 2.0 / 5, 0.05);
  for (std::size_t k = 2000; k < 2400; ++k) EXPECT_EQ(x[k], 0) << "a bias";
}

// The loss of mse is linear in what the last layer sees, so along its bias dropout is unbiased.
TEST(AnMlp, DropsUnitsByItsStreamAloneAndWithoutBias) {
  const ObjectiveCase dropping =
      mlp(R"({"hidden":"8","activation":"tanh","loss":"mse","dropout":0.4})");
  Objective objective = dropping.make();
  const auto x = random_point(objective.dimension(), 3);
  std::vector<double> full(x.size()), one(x.size()), again(x.size());
  objective.gradient(x.data(), full.data());
  objective.stochastic_gradient(x.data(), 5, 7, 1000, one.data());
  dropping.make().stochastic_gradient(x.data(), 5, 7, 1000, again.data());
  EXPECT_EQ(one, again);
  objective.gradient(x.data(), again.data());
  EXPECT_EQ(full, again) << "the full gradient drops nothing";
  constexpr int kDraws = 4000;
  const std::size_t bias = x.size() - 4;
  double mean = 0, square = 0;
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    objective.stochastic_gradient(x.data(), 5, draw, 1000, one.data());
    mean += one[bias] / kDraws;
    square += one[bias] * one[bias] / kDraws;
  }
  const double deviation = std::sqrt((square - mean * mean) / kDraws);
  EXPECT_GT(deviation, 1e-4) << "something was dropped";
  EXPECT_NEAR(mean, full[bias], 5 * deviation);
}

TEST(AnMlp, TellsClassesApartAfterSomeGradientSteps) {
  // Two interleaved half circles, which no line separates.
  SampleRows data;
  data.rows = 200, data.columns = 2, data.classes = 2;
  for (std::uint64_t row = 0; row < data.rows; ++row) {
    const double t = 3.141592653589793 * static_cast<double>(row / 2) / 99;
    const bool other = row % 2 == 1;
    data.value.push_back(other ? 1 - std::cos(t) : std::cos(t));
    data.value.push_back(other ? 0.4 - std::sin(t) : std::sin(t));
    data.row_begin.push_back(data.value.size());
    data.label.push_back(other);
  }
  const ObjectiveCase moons{"mlp", find_objective("mlp"), R"({"hidden":"16,16"})", data};
  Objective objective = moons.make();
  std::vector<double> x(objective.dimension()), g(x.size());
  objective.initial(x.data());
  for (int step = 0; step < 2000; ++step) {
    objective.gradient(x.data(), g.data());
    for (std::size_t k = 0; k < x.size(); ++k) x[k] -= 0.3 * g[k];
  }
  EXPECT_LT(norm(g), 0.1);
  EXPECT_EQ(objective.correct(x.data(), data.view()), 200u);
}

TEST(AnMlp, RefusesWhatItCannotBe) {
  const auto complaint = [](const std::string& config) {
    try {
      mlp(config).make();
    } catch (const ObjectiveError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(complaint(R"({"hidden":"12,,3"})").find("objective.hidden = 12,,3: must be"),
            std::string::npos);
  EXPECT_NE(complaint(R"({"hidden":"1000000,1000000"})").find("objective.hidden, objective.layers"),
            std::string::npos);
  for (const char* hidden : {"0", "-1", "3,", ",3", "3;4", "x", "99999999"})
    EXPECT_NE(complaint(R"({"hidden":")" + std::string(hidden) + "\"}"), "") << hidden;
  EXPECT_NE(complaint(R"({"activation":"sigmoid"})").find("relu, gelu or tanh"), std::string::npos);
  EXPECT_NE(complaint(R"({"loss":"hinge"})").find("cross_entropy mse"), std::string::npos);
  EXPECT_NE(complaint(R"({"dropout":1})").find("0 to 0.99"), std::string::npos);
  EXPECT_NE(complaint(R"({"layers":"3"})").find("has no such key"), std::string::npos);
  EXPECT_EQ(complaint(R"({"hidden":"3","loss":"mse","activation":"gelu","dropout":0.5})"), "");
}

}  // namespace
}  // namespace starling
