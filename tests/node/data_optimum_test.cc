// Real data through loader, scaling and objective: the pooled problem, solved here by a method of
// the test's own (Nesterov's, then its gradient norm as the proof), has the optimum and the
// constants an independent solver found.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "consensus/objectives/objective.h"
#include "node/data/data.h"

namespace starling {
namespace {

struct Problem {
  const char* file;
  const char* kind;
  const char* scale;
  double l2, optimum, smoothness, accuracy;
  bool committed;
};
void PrintTo(const Problem& problem, std::ostream* out) { *out << problem.file; }

// f*, L, accuracy at the optimum: a Newton solver in scipy, gradient norms below 1e-16.
const Problem kProblems[] = {
    {"heart_scale.libsvm", "logistic", "none", 1e-3, 0.3556466924120688, 0.6946146820287974,
     0.8333333333333334, true},
    {"breast_cancer.libsvm.gz", "logistic", "standardize", 1e-3, 0.05983977454242227,
     3.3214019205644774, 0.9876977152899824, true},
    {"digits.libsvm.gz", "softmax", "max:16", 1e-3, 0.26455443911904664, 5.228649843477305,
     0.9805230940456316, true},
    {"mushrooms.train.libsvm.gz", "logistic", "unit_rows", 1e-3, 0.19738581911994768,
     0.12297448420525256, 0.9857213195470211, false},
    {"spambase.train.libsvm.gz", "logistic", "standardize", 1e-3, 0.23431123873823534,
     1.6089981732689804, 0.9263787014398261, false},
};

class RealData : public testing::TestWithParam<Problem> {
 protected:
  void SetUp() override {
    const auto folder = GetParam().committed ? std::string(STARLING_SOURCE_DIR "/data/")
                                             : std::string(STARLING_DATA_DIR "/");
    if (!GetParam().committed && !std::filesystem::exists(folder + GetParam().file))
      GTEST_SKIP() << folder << GetParam().file << " is not there: set STARLING_DATA_DIR";
    data_ = load_dataset(folder + GetParam().file);
    scale_dataset(data_, GetParam().scale);
  }
  Objective pooled() {
    view_ = data_.view();
    const std::string config = "{\"l2\": " + std::to_string(GetParam().l2) + "}";
    return Objective(
        *find_objective(GetParam().kind)->vtable,
        {STARLING_OBJECTIVE_ABI, 0, 1, STARLING_FLOAT64, config.c_str(), &view_, nullptr});
  }
  Dataset data_;
  starling_data view_{};
};
INSTANTIATE_TEST_SUITE_P(Sets, RealData, testing::ValuesIn(kProblems));

TEST_P(RealData, HasTheOptimumConstantsAndAccuracyOfTheReference) {
  Objective objective = pooled();
  const double L = objective.smoothness(), mu = objective.strong_convexity();
  EXPECT_NEAR(L, GetParam().smoothness, 1e-11 * L);
  EXPECT_EQ(mu, GetParam().l2);
  // x+ = y - grad f(y)/L,  y = x+ + q (x+ - x),  q = (sqrt(L) - sqrt(mu)) / (sqrt(L) + sqrt(mu))
  const double q = (std::sqrt(L) - std::sqrt(mu)) / (std::sqrt(L) + std::sqrt(mu));
  std::vector<double> x(objective.dimension()), y(x), gradient(x);
  double value = 0, square = 1;
  for (int step = 0; step < 5000; ++step) {
    value = objective.gradient(y.data(), gradient.data());
    square = 0;
    for (const double entry : gradient) square += entry * entry;
    if (square <= 2e-16 * mu) break;  // f - f* <= |grad f|^2 / (2 mu) <= 1e-16
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double next = y[k] - gradient[k] / L;
      y[k] = next + q * (next - x[k]);
      x[k] = next;
    }
  }
  ASSERT_LE(square, 2e-16 * mu) << "the test's own solver did not arrive";
  EXPECT_NEAR(value, GetParam().optimum, 1e-12);
  const double rows = static_cast<double>(data_.rows());
  EXPECT_NEAR(static_cast<double>(objective.correct(y.data(), view_)) / rows, GetParam().accuracy,
              1e-15);
}

// What each node holds of a partition, put together by sample counts, is the pooled objective.
TEST_P(RealData, ShardsWeightedBySamplesAreThePooledObjective) {
  Objective whole = pooled();
  std::vector<double> x(whole.dimension()), expected(x), sum(x), part(x);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = std::sin(static_cast<double>(k));
  const double value = whole.gradient(x.data(), expected.data());
  const std::string config = "{\"l2\": " + std::to_string(GetParam().l2) + "}";
  double total = 0;
  for (const auto& rows : partition_rows(data_, "sizes:powerlaw", 5, 1)) {
    const Dataset shard = data_.subset(rows);
    const starling_data view = shard.view();
    Objective objective(
        *find_objective(GetParam().kind)->vtable,
        {STARLING_OBJECTIVE_ABI, 0, 5, STARLING_FLOAT64, config.c_str(), &view, nullptr});
    const double weight = static_cast<double>(rows.size()) / static_cast<double>(data_.rows());
    total += weight * objective.gradient(x.data(), part.data());
    for (std::size_t k = 0; k < x.size(); ++k) sum[k] += weight * part[k];
  }
  EXPECT_NEAR(total, value, 1e-12 * (1 + value));
  for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(sum[k], expected[k], 1e-12) << k;
}

}  // namespace
}  // namespace starling
