// The reference problems against numbers made by an independent numpy program
// (dimension, seed and stream as stated in reference_quadratic.h and reference_logistic.cc).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "consensus/objectives/reference_logistic.h"
#include "consensus/objectives/reference_quadratic.h"
#include "consensus/objectives/splitmix.h"
#include "tests/consensus/objective_fixture.h"

namespace starling {
namespace {

Objective make(const char* name, const char* config, std::uint32_t node, std::uint32_t nodes = 8) {
  return Objective(*find_objective(name)->vtable, {STARLING_OBJECTIVE_ABI, node, nodes,
                                                   STARLING_FLOAT64, config, nullptr, nullptr});
}

double mean_value(const char* name, const std::vector<double>& x) {
  double sum = 0;
  for (std::uint32_t node = 0; node < 8; ++node)
    sum += make(name, "{}", node).gradient<double>(x.data(), nullptr);
  return sum / 8;
}

// A_i e_k = grad f_i(e_k) - grad f_i(0), entry `row`.
double matrix_entry(Objective objective, std::size_t row, std::size_t column) {
  std::vector<double> x(objective.dimension()), at_zero(x), at_unit(x);
  objective.gradient(x.data(), at_zero.data());
  x[column] = 1;
  objective.gradient(x.data(), at_unit.data());
  return at_unit[row] - at_zero[row];
}

double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double entry : v) sum += entry * entry;
  return std::sqrt(sum);
}

TEST(SplitMix64, GivesThePublishedStreamOfSeedOne) {
  SplitMix64 bits(1), uniform(1), normal(1), skipped(1);
  EXPECT_EQ(bits.bits(), 0x910a2dec89025cc1u);
  EXPECT_EQ(bits.bits(), 0xbeeb8da1658eec67u);
  EXPECT_EQ(bits.bits(), 0xf893a2eefb32555eu);
  EXPECT_EQ(uniform.uniform(), .5665615751722809);
  EXPECT_EQ(uniform.uniform(), .7457817572627011);
  EXPECT_NEAR(normal.normal(), -.034267321791851144, 1e-16);
  skipped.skip(2);
  EXPECT_EQ(skipped.bits(), 0xf893a2eefb32555eu);
}

TEST(ReferenceQuadratic, HasTheMatricesAndCentresOfTheTable) {
  EXPECT_NEAR(matrix_entry(make("reference_quadratic", "{}", 0), 0, 0), .012636941696525473, 1e-15);
  EXPECT_NEAR(matrix_entry(make("reference_quadratic", "{}", 7), 3, 4), -.008130536750630817,
              1e-15);
  // The gradient vanishes at c_0, of which three entries are given: read them off the family.
  QuadraticFamily family;
  std::vector<double> v, c;
  family.node(0, v, c);
  EXPECT_EQ(c[0], -.8680796137088471);
  EXPECT_EQ(c[1], -.8371706919930784);
  EXPECT_EQ(c[2], -.008240096821591214);
  Objective objective = make("reference_quadratic", "{}", 0);
  std::vector<double> gradient(10, 1);
  EXPECT_EQ(objective.gradient(c.data(), gradient.data()), 0);
  EXPECT_EQ(norm(gradient), 0);
}

TEST(ReferenceQuadratic, HasTheOptimumAndConstantsOfTheTable) {
  Objective objective = make("reference_quadratic", "{}", 3);
  const double expected[] = {-.09488179503481131, -.5059347901935454,   .21188460644879506,
                             .02197327626287041,  -.002954155712926301, .048682280494848754,
                             .47597627388644764,  -.4927659246135829,   -.24266389225792698,
                             .41372727823270766};
  const auto x = objective.optimum();
  ASSERT_EQ(x.size(), 10u);
  for (std::size_t k = 0; k < 10; ++k) EXPECT_NEAR(x[k], expected[k], 1e-14) << k;
  EXPECT_NEAR(mean_value("reference_quadratic", x), .4062254329956182, 1e-14);
  EXPECT_EQ(objective.smoothness(), 1);
  EXPECT_EQ(objective.strong_convexity(), 0.01);
  const auto global = objective.global_constants();
  ASSERT_TRUE(global);
  EXPECT_NEAR(global->first, .9299474564201887, 1e-14);
  EXPECT_NEAR(global->second, .015073801060260319, 1e-14);
}

TEST(ReferenceQuadratic, HasTheOptimumOfTheCompressionProblem) {
  const auto x = make("reference_quadratic", R"({"dimension": 20, "kappa": 10})", 0).optimum();
  EXPECT_NEAR(norm(x), .8965960758713871, 1e-14);
}

// In one dimension the reflection is -1 and the spectrum {L}: f_i = (x - c_i)^2 / 2.
TEST(ReferenceQuadratic, WorksInOneDimension) {
  const char* config = R"({"dimension": 1})";
  double mean = 0;
  for (std::uint32_t node = 0; node < 5; ++node) {
    Objective objective = make("reference_quadratic", config, node, 5);
    EXPECT_EQ(objective.smoothness(), 1);
    EXPECT_EQ(objective.strong_convexity(), 1);
    const double zero = 0;
    double gradient = 0;
    const double value = objective.gradient(&zero, &gradient);
    EXPECT_NEAR(value, gradient * gradient / 2, 1e-16);
    mean -= gradient / 5;
  }
  EXPECT_NEAR(make("reference_quadratic", config, 2, 5).optimum()[0], mean, 1e-15);
}

TEST(ReferenceQuadratic, SingleNodesOptimumIsItsCentre) {
  QuadraticFamily family;
  std::vector<double> v, c;
  family.node(0, v, c);
  const auto x = make("reference_quadratic", "{}", 0, 1).optimum();
  for (std::size_t k = 0; k < 10; ++k) EXPECT_NEAR(x[k], c[k], 1e-13);
}

// Beyond the dense limit conjugate gradients take over; the mean gradient vanishes all the same.
TEST(ReferenceQuadratic, OptimumBeyondTheDenseLimitHasNoGradient) {
  const char* config = R"({"dimension": 20001, "kappa": 50})";
  Objective first = make("reference_quadratic", config, 0, 3);
  const auto x = first.optimum();
  std::vector<double> sum(x.size()), gradient(x.size());
  for (std::uint32_t node = 0; node < 3; ++node) {
    make("reference_quadratic", config, node, 3).gradient(x.data(), gradient.data());
    for (std::size_t k = 0; k < x.size(); ++k) sum[k] += gradient[k] / 3;
  }
  const std::vector<double> zero(x.size());
  first.gradient(zero.data(), gradient.data());
  EXPECT_LT(norm(sum), 1e-13 * norm(gradient));
  const auto global = first.global_constants();
  EXPECT_EQ(global->first, 1);
  EXPECT_EQ(global->second, 1 / 50.0);
}

// A million and three: a d x d matrix would be 8 TB. A is a similarity of diag(lam), so its
// Rayleigh quotients lie within the spectrum.
TEST(ReferenceQuadratic, MillionDimensionsTakeMemoryOfVectorsOnly) {
  Objective objective = make("reference_quadratic", R"({"dimension": 1000003})", 7);
  ASSERT_EQ(objective.dimension(), 1000003u);
  std::vector<double> x(objective.dimension(), 0.5), gradient(x.size()), at_zero(x.size());
  const std::vector<double> zero(x.size());
  objective.gradient(x.data(), gradient.data());
  objective.gradient(zero.data(), at_zero.data());
  double form = 0, square = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    form += x[k] * (gradient[k] - at_zero[k]);
    square += x[k] * x[k];
  }
  EXPECT_GE(form / square, 0.01);
  EXPECT_LE(form / square, 1);
}

TEST(ReferenceLogistic, HasTheOptimumAndConstantsOfTheTable) {
  const double expected[] = {-.79416785, -2.79272512, 2.63324029, .26741419,
                             -.35908855, -1.67447002, -.30540064, -1.11530483};
  Objective objective = make("reference_logistic", "{}", 5);
  const auto x = objective.optimum();
  ASSERT_EQ(x.size(), 8u);
  for (std::size_t k = 0; k < 8; ++k) EXPECT_NEAR(x[k], expected[k], 6e-9) << k;
  EXPECT_NEAR(norm(x), 4.439082087, 6e-10);
  EXPECT_NEAR(mean_value("reference_logistic", x), .408375429871118, 1e-14);
  double largest = 0;
  for (std::uint32_t node = 0; node < 8; ++node)
    largest = std::max(largest, make("reference_logistic", "{}", node).smoothness());
  EXPECT_NEAR(largest, .09801354997350659, 1e-14);
  EXPECT_EQ(objective.global_constants()->first, largest);
  EXPECT_EQ(objective.strong_convexity(), .01);
}

TEST(ReferenceLogistic, HasTheLabelsOfTheTable) {
  const double fractions[] = {.325, .8, .4, .775, .575, .225, .525, .575};
  for (std::uint32_t node = 0; node < 8; ++node) {
    const auto labels = LogisticFamily{}.node(node).label;
    ASSERT_EQ(labels.size(), 40u);
    const auto positive = std::count(labels.begin(), labels.end(), 1.0);
    EXPECT_EQ(static_cast<double>(positive) / 40, fractions[node]) << node;
  }
}

TEST(ReferenceLogistic, RefusesWhatLeavesNoOptimum) {
  EXPECT_THROW(make("reference_logistic", R"({"l2": 0})", 0), ObjectiveError);
  EXPECT_THROW(make("reference_logistic", R"({"dimension": 0})", 0), ObjectiveError);
  EXPECT_THROW(make("reference_logistic", R"({"samples": 1e30})", 0), ObjectiveError);
}

}  // namespace
}  // namespace starling
