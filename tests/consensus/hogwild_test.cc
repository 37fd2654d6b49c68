// Steps of single rows: sequential SGD by one thread, without bias, and what several threads keep.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "consensus/objectives/batch.h"
#include "consensus/objectives/hogwild.h"
#include "tests/consensus/objective_fixture.h"

namespace starling::testing {
namespace {

constexpr double kL2 = 0.05;
constexpr std::uint32_t kNode = 1;

// An objective of sparse rows and the solver its local steps go by.
struct RowCase {
  std::string name;  // of the objective
  SampleRows data;

  Objective make(const std::string& local, starling_precision precision = STARLING_FLOAT64) const {
    const starling_data view = data.view();
    return Objective(*find_objective(name)->vtable, {STARLING_OBJECTIVE_ABI, kNode, 3, precision,
                                                     R"({"l2": 0.05})", &view, local.c_str()});
  }
};

// 40 columns of which sample_rows fills 30 % each, and one that no row has.
RowCase row_case(const std::string& name, std::uint64_t rows = 37) {
  const std::uint64_t classes = name == "softmax" ? 3 : name == "logistic" ? 2 : 0;
  RowCase result{name, sample_rows(rows, 40, classes, true, 5)};
  result.data.columns = 41;
  return result;
}

starling_local_steps sgd(std::uint64_t steps, std::uint64_t batch, double step_size) {
  starling_local_steps result{};
  result.steps = steps;
  result.batch = batch;
  result.seed = 9;
  result.step = 4;
  result.step_size = step_size;
  result.scale = 1;
  result.optimizer.kind = "sgd";
  return result;
}

std::string local(const std::string& solver, int threads = 1) {
  return R"({"device":"cpu","solver":")" + solver + R"(","threads":)" + std::to_string(threads) +
         "}";
}

// One update by the words of hogwild.h, columns that the row does not have but for those of none.
void reference_update(const RowCase& c, std::uint64_t row, double eta, std::vector<double>& x) {
  const SampleRows& data = c.data;
  const std::uint64_t outputs = c.name == "softmax" ? data.classes : 1;
  std::vector<double> z(outputs, 0.0), slope(outputs);
  for (std::uint64_t e = data.row_begin[row]; e < data.row_begin[row + 1]; ++e)
    for (std::uint64_t o = 0; o < outputs; ++o)
      z[o] += data.value[e] * x[data.column[e] * outputs + o];
  if (c.name == "least_squares") {
    slope[0] = eta * (z[0] - data.label[row]);
  } else if (c.name == "logistic") {
    slope[0] = eta * (data.label[row] == 1 ? -1 / (1 + std::exp(z[0])) : 1 / (1 + std::exp(-z[0])));
  } else {
    double highest = z[0], total = 0;
    for (const double one : z) highest = std::max(highest, one);
    for (const double one : z) total += std::exp(one - highest);
    for (std::uint64_t o = 0; o < outputs; ++o) slope[o] = std::exp(z[o] - highest) * (eta / total);
    slope[static_cast<std::size_t>(data.label[row])] -= eta;
  }
  std::map<std::uint32_t, double> rows_with;
  for (const std::uint32_t column : data.column) rows_with[column] += 1;
  for (std::uint64_t e = data.row_begin[row]; e < data.row_begin[row + 1]; ++e) {
    const double share = rows_with[data.column[e]] / static_cast<double>(data.rows);
    for (std::uint64_t o = 0; o < outputs; ++o) {
      double& x_k = x[data.column[e] * outputs + o];
      x_k = (x_k - slope[o] * data.value[e]) * (1 / (1 + eta * kL2 / share));
    }
  }
}

void reference_absent(const RowCase& c, std::uint64_t updates, double eta, std::vector<double>& x) {
  const std::uint64_t outputs = c.name == "softmax" ? c.data.classes : 1;
  for (std::uint64_t o = 0; o < outputs; ++o)
    x[40 * outputs + o] *= std::pow(1 + eta * kL2, -static_cast<double>(updates));
}

class RowSteps : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Objectives, RowSteps,
                         ::testing::Values("logistic", "least_squares", "softmax"),
                         [](const auto& entry) { return entry.param; });

TEST_P(RowSteps, OfOneThreadAreSequentialSgdToTheBit) {
  const RowCase c = row_case(GetParam());
  for (const char* solver : {"hogwild", "atomic", "striped", "locked"}) {
    Objective objective = c.make(local(solver));
    ASSERT_TRUE(objective.has_local_steps());
    for (const std::uint64_t batch : {1, 5, 37, 1000}) {
      auto x = random_point(objective.dimension(), 6), expected = x;
      starling_local_steps steps = sgd(3, batch, 0.1);
      steps.scale = 0.75;
      objective.local_steps(steps, x.data());

      BatchSampler sampler(37, kNode);
      std::vector<std::uint64_t> order;
      for (std::uint64_t e = 4; e < 7; ++e) {
        const auto& all = sampler.order(9, e);
        const Batch one = batch < 37 ? sampler.draw(9, e, batch) : Batch{all.data(), 37};
        order.insert(order.end(), one.rows, one.rows + one.size);
      }
      reference_absent(c, order.size(), 0.1 * 0.75, expected);
      for (const std::uint64_t row : order) reference_update(c, row, 0.1 * 0.75, expected);
      EXPECT_EQ(x, expected) << solver << " batch " << batch;
    }
  }
}

TEST_P(RowSteps, TellTheLossOfTheLastRowsDrawnWhereTheyEnd) {
  const RowCase c = row_case(GetParam(), 3000);
  Objective objective = c.make(local("hogwild"));
  auto x = random_point(objective.dimension(), 6);
  const starling_local_steps small = sgd(3, 700, 0.1), large = sgd(3, 1'000'000, 0.1);
  double told = objective.local_steps(small, x.data());
  EXPECT_EQ(told, objective.stochastic_gradient<double>(x.data(), 9, 6, 700, nullptr));
  told = objective.local_steps(large, x.data());
  BatchSampler sampler(3000, kNode);
  const auto& order = sampler.order(9, 6);
  RowCase last{c.name, {}};
  last.data.columns = c.data.columns;
  last.data.classes = c.data.classes;
  for (std::uint64_t k = 3000 - 1024; k < 3000; ++k) {
    for (std::uint64_t e = c.data.row_begin[order[k]]; e < c.data.row_begin[order[k] + 1]; ++e) {
      last.data.column.push_back(c.data.column[e]);
      last.data.value.push_back(c.data.value[e]);
    }
    last.data.row_begin.push_back(last.data.value.size());
    last.data.label.push_back(c.data.label[order[k]]);
  }
  last.data.rows = 1024;
  EXPECT_EQ(told, last.make(local("gradient")).gradient<double>(x.data(), nullptr));
}

TEST_P(RowSteps, TakeTheDriftsCorrectionOnceAMiniBatch) {
  const RowCase c = row_case(GetParam());
  Objective objective = c.make(local("hogwild"));
  const std::uint64_t d = objective.dimension();
  const auto shift = random_point(d, 8);
  auto x = random_point(d, 6), expected = x;
  starling_local_steps steps = sgd(4, 5, 0.1);
  steps.shift = shift.data();
  steps.share = 0.25;
  objective.local_steps(steps, x.data());
  BatchSampler sampler(37, kNode);
  for (std::uint64_t e = 4; e < 8; ++e) {
    const Batch batch = sampler.draw(9, e, 5);
    reference_absent(c, batch.size, 0.1, expected);
    for (std::uint64_t k = 0; k < batch.size; ++k) reference_update(c, batch.row(k), 0.1, expected);
    for (std::uint64_t k = 0; k < d; ++k) expected[k] -= 0.25 * shift[k];
  }
  EXPECT_EQ(x, expected);
}

TEST_P(RowSteps, OfAFloatInstanceAreThoseOfDoubleRoundedOnce) {
  const RowCase c = row_case(GetParam());
  Objective narrow = c.make(local("hogwild"), STARLING_FLOAT32), wide = c.make(local("hogwild"));
  const auto start = random_point(wide.dimension(), 6), turn = random_point(wide.dimension(), 7);
  std::vector<float> x(start.begin(), start.end()), shift(turn.begin(), turn.end());
  std::vector<double> y(x.begin(), x.end()), wide_shift(shift.begin(), shift.end());
  starling_local_steps steps = sgd(3, 5, 0.1);
  steps.share = 0.5;
  steps.shift = shift.data();
  const double value = narrow.local_steps(steps, x.data());
  steps.shift = wide_shift.data();
  EXPECT_EQ(wide.local_steps(steps, y.data()), value);
  for (std::size_t k = 0; k < x.size(); ++k) EXPECT_EQ(x[k], static_cast<float>(y[k])) << k;
}

// As eta falls, the mean over all rows of (x - x+) / eta tends to grad f: no row, column or part of
// the L2 term is counted twice or left out. Two etas give the limit to eta^2.
TEST_P(RowSteps, HaveTheGradientAsTheirMean) {
  const RowCase c = row_case(GetParam());
  Objective objective = c.make(local("gradient"));
  ASSERT_FALSE(objective.has_local_steps());
  const starling_data view = c.data.view();
  const DataRows rows(&view, "test");
  const RowLoss loss = c.name == "softmax"    ? RowLoss::cross_entropy
                       : c.name == "logistic" ? RowLoss::logistic
                                              : RowLoss::squared;
  Hogwild solver(rows, loss, kL2, Sharing::hogwild, 1);
  const auto start = random_point(objective.dimension(), 6);
  const auto mean_step = [&](double eta) {
    std::vector<double> mean(start.size(), 0.0);
    for (std::uint64_t row = 0; row < rows.count(); ++row) {
      auto x = start;
      solver.run({&row, 1}, eta, x.data());
      for (std::size_t k = 0; k < x.size(); ++k)
        mean[k] += (start[k] - x[k]) / eta / static_cast<double>(rows.count());
    }
    return mean;
  };
  std::vector<double> gradient(start.size());
  objective.gradient(start.data(), gradient.data());
  const auto whole = mean_step(2e-4), half = mean_step(1e-4);
  for (std::size_t k = 0; k < start.size(); ++k)
    EXPECT_NEAR(2 * half[k] - whole[k], gradient[k], 1e-6) << k;
}

// Far on the wrong side the slope of the logistic loss is -1 to the bit, so every update adds eta
// to both columns of its row, and powers of two add without rounding: what is missing was lost.
TEST(SharedSteps, AreLostByHogwildAlone) {
  constexpr std::uint64_t kRows = 40'000;
  constexpr double kEta = 0x1p-10, kStart = -1000;
  SampleRows data;
  data.rows = kRows;
  data.columns = 3;
  data.classes = 2;
  for (std::uint64_t row = 0; row < kRows; ++row) {
    const auto first = static_cast<std::uint32_t>(row % 2);
    data.column.insert(data.column.end(), {first, 2});
    data.value.insert(data.value.end(), {1.0, 1.0});
    data.row_begin.push_back(data.value.size());
    data.label.push_back(1);
  }
  const starling_data view = data.view();
  const DataRows rows(&view, "test");
  std::vector<std::uint64_t> order(kRows);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  const std::vector<double> all = {kStart + kRows / 2 * kEta, kStart + kRows / 2 * kEta,
                                   kStart + kRows * kEta};
  for (const Sharing sharing : {Sharing::atomic, Sharing::striped, Sharing::locked}) {
    std::vector<double> x(3, kStart);
    Hogwild(rows, RowLoss::logistic, 0, sharing, 4).run(order, kEta, x.data());
    EXPECT_EQ(x, all) << static_cast<int>(sharing);
  }
  std::vector<double> x(3, kStart);
  Hogwild(rows, RowLoss::logistic, 0, Sharing::hogwild, 4).run(order, kEta, x.data());
  for (int k = 0; k < 3; ++k) {
    EXPECT_LE(x[k], all[k]);
    EXPECT_GT(x[k], kStart);
  }
}

// Sparse rows, several threads, a falling step size: 99 % of the way to the optimum that gradients
// of all rows find.
TEST_P(RowSteps, OfSeveralThreadsReachTheOptimumsNeighborhood) {
  const RowCase c = row_case(GetParam(), 3000);
  Objective objective = c.make(local("hogwild", 4));
  const std::uint64_t d = objective.dimension();
  std::vector<double> x(d, 0.0), best(d, 0.0), gradient(d);
  const double start = objective.gradient(x.data(), gradient.data());
  for (int k = 0; k < 3000; ++k) {
    objective.gradient(best.data(), gradient.data());
    for (std::uint64_t j = 0; j < d; ++j) best[j] -= gradient[j] / objective.smoothness();
  }
  for (const double g : gradient) ASSERT_LT(std::abs(g), 1e-10);
  const double optimum = objective.gradient(best.data(), gradient.data());
  starling_local_steps steps = sgd(1, 1'000'000, 0.05);
  for (steps.step = 0; steps.step < 30; ++steps.step, steps.step_size *= 0.8)
    objective.local_steps(steps, x.data());
  EXPECT_LT(objective.gradient(x.data(), gradient.data()) - optimum, 1e-2 * (start - optimum));
}

std::string complaint(const RowCase& c, const std::string& how, const starling_local_steps* steps) {
  try {
    Objective objective = c.make(how);
    std::vector<double> x(objective.dimension(), 0.0);
    if (steps) objective.local_steps(*steps, x.data());
  } catch (const ObjectiveError& error) {
    return error.what();
  }
  return "";
}

TEST(RowStepsAreRefused, OnDenseRowsAndWithWhatTheyDoNotFollow) {
  const RowCase c = row_case("logistic"), dense{"logistic", sample_rows(9, 4, 2, false, 1)};
  EXPECT_NE(complaint(dense, local("hogwild"), nullptr).find("sparse rows"), std::string::npos);
  EXPECT_NE(complaint(c, local("hogwyld"), nullptr).find("hogwyld"), std::string::npos);
  starling_local_steps steps = sgd(1, 0, 0.1);
  EXPECT_NE(complaint(c, local("hogwild"), &steps).find("batch = 0"), std::string::npos);
  steps = sgd(1, 5, 0.1);
  EXPECT_EQ(complaint(c, local("hogwild"), &steps), "");
  steps.optimizer.kind = "adam";
  EXPECT_NE(complaint(c, local("hogwild"), &steps).find("\"adam\""), std::string::npos);
  steps = sgd(1, 5, 0.1);
  steps.optimizer.weight_decay = 0.1;
  EXPECT_NE(complaint(c, local("hogwild"), &steps).find("weight_decay"), std::string::npos);
}

}  // namespace
}  // namespace starling::testing
