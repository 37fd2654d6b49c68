// What every registered objective must hold, measured for all of them from their own declarations.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/consensus/objective_fixture.h"

namespace starling {
namespace {

class EveryObjective : public testing::TestWithParam<ObjectiveCase> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryObjective, testing::ValuesIn(objective_cases()),
                         [](const auto& entry) { return entry.param.name; });

double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double entry : v) sum += entry * entry;
  return std::sqrt(sum);
}

std::vector<double> gradient_at(Objective& objective, const std::vector<double>& x) {
  std::vector<double> gradient(x.size());
  objective.gradient(x.data(), gradient.data());
  return gradient;
}

TEST_P(EveryObjective, GradientEqualsCentralDifferencesOfTheValue) {
  Objective objective = GetParam().make();
  auto x = random_point(objective.dimension(), 5);
  const auto gradient = gradient_at(objective, x);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double h = 1e-5, at = x[k];
    x[k] = at + h;
    const double above = objective.gradient<double>(x.data(), nullptr);
    x[k] = at - h;
    const double below = objective.gradient<double>(x.data(), nullptr);
    x[k] = at;
    EXPECT_NEAR(gradient[k], (above - below) / (2 * h), 1e-8 * (1 + norm(gradient))) << k;
  }
}

TEST_P(EveryObjective, ValueIsTheSameBitsWithAndWithoutTheGradient) {
  Objective objective = GetParam().make();
  const auto x = random_point(objective.dimension(), 6);
  std::vector<double> gradient(x.size());
  const double with = objective.gradient(x.data(), gradient.data());
  EXPECT_EQ(with, objective.gradient<double>(x.data(), nullptr));
  EXPECT_EQ(with, GetParam().make().gradient<double>(x.data(), nullptr));
  EXPECT_EQ(gradient, gradient_at(objective, x));
}

// L and mu bound the change of the gradient between any two points, near and far.
TEST_P(EveryObjective, ConstantsBoundTheChangeOfTheGradient) {
  Objective objective = GetParam().make();
  const double L = objective.smoothness(), mu = objective.strong_convexity();
  if (std::isinf(L)) return;  // it knows none, and need not be convex
  ASSERT_GE(L, mu);
  for (std::uint32_t trial = 0; trial < 200; ++trial) {
    const double scale = trial % 2 ? 0.01 : 3;
    const auto x = random_point(objective.dimension(), 100 + trial);
    auto y = random_point(objective.dimension(), 400 + trial), change = y;
    for (std::size_t k = 0; k < x.size(); ++k) {
      change[k] = scale * y[k];
      y[k] = x[k] + change[k];
    }
    const auto at_x = gradient_at(objective, x), at_y = gradient_at(objective, y);
    double inner = 0, square = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      inner += (at_y[k] - at_x[k]) * change[k];
      square += (at_y[k] - at_x[k]) * (at_y[k] - at_x[k]);
    }
    const double length = norm(change), slack = 1e-12 * (1 + norm(at_x)) * length;
    EXPECT_LE(std::sqrt(square), L * length * (1 + 1e-12) + slack);
    EXPECT_GE(inner, mu * length * length * (1 - 1e-12) - slack * length);
  }
}

TEST_P(EveryObjective, FloatTwinAgreesWithDoubleToAFloatsRounding) {
  Objective wide = GetParam().make(), narrow = GetParam().make(STARLING_FLOAT32);
  EXPECT_EQ(wide.smoothness(), narrow.smoothness());
  const auto drawn = random_point(wide.dimension(), 7);
  const std::vector<float> x(drawn.begin(), drawn.end());
  const std::vector<double> same(x.begin(), x.end());
  std::vector<float> gradient(x.size());
  const double value = narrow.gradient(x.data(), gradient.data());
  const auto expected = gradient_at(wide, same);
  EXPECT_EQ(value, wide.gradient<double>(same.data(), nullptr));
  for (std::size_t k = 0; k < x.size(); ++k)
    EXPECT_EQ(gradient[k], static_cast<float>(expected[k])) << k;
}

TEST_P(EveryObjective, GradientIsRefusedInTheOtherPrecision) {
  Objective objective = GetParam().make(STARLING_FLOAT32);
  const auto x = random_point(objective.dimension(), 8);
  EXPECT_THROW(objective.gradient<double>(x.data(), nullptr), ObjectiveError);
}

// Where an optimum is declared, the gradients of all nodes' f_i there sum to zero, and the global
// constants bound the mean's gradient.
TEST_P(EveryObjective, DeclaredOptimumMakesTheMeanGradientVanish) {
  Objective first = GetParam().make();
  if (!first.has_optimum()) {
    EXPECT_THROW(first.optimum(), ObjectiveError);
    return;
  }
  const auto x = first.optimum();
  const auto y = random_point(x.size(), 9);
  std::vector<double> sum(x.size()), change(x.size()), between(x.size());
  double largest = 0;
  for (std::uint32_t node = 0; node < 3; ++node) {
    Objective objective = GetParam().make(STARLING_FLOAT64, node);
    EXPECT_EQ(x, objective.optimum()) << "all nodes know the same optimum";
    const auto at_x = gradient_at(objective, x), at_y = gradient_at(objective, y);
    largest = std::max(largest, norm(at_x));
    for (std::size_t k = 0; k < x.size(); ++k) {
      sum[k] += at_x[k];
      change[k] += (at_y[k] - at_x[k]) / 3;
      between[k] = y[k] - x[k];
    }
  }
  EXPECT_GT(largest, 0.01) << "the nodes pull in different directions";
  EXPECT_LT(norm(sum), 1e-13 * static_cast<double>(x.size() + 10));
  const auto global = first.global_constants();
  ASSERT_TRUE(global);
  EXPECT_LE(norm(change), global->first * norm(between) * (1 + 1e-12));
  EXPECT_GE(norm(change), global->second * norm(between) * (1 - 1e-12));
}

TEST_P(EveryObjective, RefusesAnUnknownKeyNamingItAndTheNearest) {
  ObjectiveCase with_typo = GetParam();
  const bool empty = with_typo.config == "{}";
  with_typo.config.insert(1, empty ? R"("partitoin": "iid")" : R"("partitoin": "iid", )");
  try {
    with_typo.make();
    FAIL() << "was accepted";
  } catch (const ObjectiveError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("partitoin = iid"), std::string::npos) << text;
    EXPECT_NE(text.find("did you mean 'partition'"), std::string::npos) << text;
  }
}

// Each key an entry declares is read: text that is no number is refused by the key's name.
TEST_P(EveryObjective, ReadsEveryKeyItDeclares) {
  std::string_view keys = GetParam().entry->keys;
  while (!keys.empty()) {
    const std::string key(keys.substr(0, keys.find(' ')));
    keys.remove_prefix(std::min(key.size() + 1, keys.size()));
    ObjectiveCase wrong = GetParam();
    if (key == "random" && wrong.data.rows > 0) continue;  // excludes data, tested below
    wrong.config = (key == "seed" && wrong.name == "vectors" ? R"({"random": 7, ")" : R"({")") +
                   key + R"(": "many"})";
    try {
      wrong.make();
      ADD_FAILURE() << key << " = many was accepted";
    } catch (const ObjectiveError& error) {
      EXPECT_NE(std::string(error.what()).find("objective." + key + " = many"), std::string::npos)
          << error.what();
    }
  }
}

TEST_P(EveryObjective, TakesTheCommonKeysAndNumbersWrittenAsText) {
  ObjectiveCase full = GetParam();
  full.config.insert(1, std::string(R"("data": "f", "labels": "", "scale": "none", )") +
                            R"("weighting": "samples", "partition": "iid")" +
                            (full.config == "{}" ? "" : ", "));
  EXPECT_EQ(full.make().dimension(), GetParam().make().dimension());
  ObjectiveCase text = GetParam();
  if (text.config.find("0.05") == std::string::npos) return;
  text.config = R"({"l2": "0.05"})";
  EXPECT_EQ(text.make().smoothness(), GetParam().make().smoothness());
}

TEST_P(EveryObjective, NeedsDataExactlyIfItSaysSo) {
  ObjectiveCase without = GetParam();
  without.data = {};
  if (GetParam().entry->data == DataUse::rows) {
    EXPECT_THROW(without.make(), ObjectiveError);
  } else if (GetParam().data.rows == 0) {
    EXPECT_NO_THROW(without.make());
  }
}

TEST(Registry, FindsByNameAndKnowsNoOther) {
  for (const ObjectiveEntry& entry : objectives()) {
    EXPECT_EQ(find_objective(entry.name), &entry);
    EXPECT_EQ(entry.name, entry.vtable->name);
  }
  EXPECT_EQ(find_objective("lasso"), nullptr);
}

}  // namespace
}  // namespace starling
