// The stages of a convolutional network: each against its formula, the whole against differences of
// its value; torch_networks_test.py holds them to PyTorch.
#include <gtest/gtest.h>

#include <cmath>

#include "consensus/objectives/network/stages.h"
#include "tests/consensus/objective_fixture.h"

namespace starling {
namespace {

using Values = Stage::Values;

constexpr std::uint64_t kRows = 70, kColumns = 32;  // more rows than a block, 4 x 4 x 2

ObjectiveCase cnn(const std::string& keys, std::uint64_t rows = kRows) {
  const std::string config = R"({"height":4,"width":4,"channels":2)" + keys + "}";
  return {"cnn", find_objective("cnn"), config, sample_rows(rows, kColumns, 3, false, 6)};
}

Values gradient_at(Objective& objective, const Values& x) {
  Values gradient(x.size());
  objective.gradient(x.data(), gradient.data());
  return gradient;
}

// Along the first `count` coordinates.
void expect_differences(const ObjectiveCase& one, std::size_t without = 0) {
  Objective objective = one.make();
  auto x = random_point(objective.dimension(), 3);
  for (double& entry : x) entry /= 2;
  const auto gradient = gradient_at(objective, x);
  for (std::size_t k = 0; k + without < x.size(); ++k) {
    const double h = 1e-5, at = x[k];
    x[k] = at + h;
    const double above = objective.gradient<double>(x.data(), nullptr);
    x[k] = at - h;
    const double below = objective.gradient<double>(x.data(), nullptr);
    x[k] = at;
    EXPECT_NEAR(gradient[k], (above - below) / (2 * h), 1e-8) << k << " of " << one.config;
  }
}

TEST(ACnn, HasTheDifferencesOfItsValueAsGradientWhateverItsStages) {
  const std::string tanh = R"(,"activation":"tanh","l2":0.1,"layers":)";
  for (const char* layers : {R"("convolution:2:3")", R"("convolution:3:1,convolution:2:5")",
                             R"("max:2")", R"("average:3,dense:4")", R"("dense:4,dense:3")",
                             R"("convolution:2:3,max:2,convolution:2:3,average:2,dense:3")"})
    for (const char* normalisation : {"none", "local"})
      expect_differences(cnn(tanh + layers + R"(,"normalisation":")" + normalisation + '"'));
}

TEST(AConvolution, IsTheSumOverTheKernelWithZerosBeyondTheBorder) {
  const Shape shape{3, 5, 2};
  constexpr std::int64_t kUnits = 4, kKernel = 3;
  const auto stage = make_convolution(shape, kUnits, kKernel, 1);
  const auto x = random_point((kKernel * kKernel * shape.channels + 1) * kUnits, 1);
  const auto in = random_point(2 * shape.values(), 2);
  Values out;
  stage->forward({Pass::Aim::learn, 2}, x.data(), in.data(), out);
  const double* bias = x.data() + kKernel * kKernel * 2 * kUnits;
  for (std::int64_t row = 0, at = 0; row < 2; ++row)
    for (std::int64_t i = 0; i < 3; ++i)
      for (std::int64_t j = 0; j < 5; ++j)
        for (std::int64_t unit = 0; unit < kUnits; ++unit, ++at) {
          double sum = bias[unit];
          for (std::int64_t a = 0; a < kKernel; ++a)
            for (std::int64_t b = 0; b < kKernel; ++b)
              for (std::int64_t c = 0; c < 2; ++c) {
                const std::int64_t y = i + a - 1, z = j + b - 1;
                if (y < 0 || y >= 3 || z < 0 || z >= 5) continue;
                sum += in[static_cast<std::size_t>(((row * 3 + y) * 5 + z) * 2 + c)] *
                       x[static_cast<std::size_t>(((a * kKernel + b) * 2 + c) * kUnits + unit)];
              }
          EXPECT_NEAR(out[static_cast<std::size_t>(at)], sum, 1e-13) << at;
        }
}

TEST(APool, TakesTheLargestOrTheMeanAndDropsWhatIsLeftAtTheBorder) {
  const Values in{1, 5, 3, 2, 4, 9, -1, -2, 8};  // 3 x 3
  Values out;
  make_pool({3, 3, 1}, 2, Pooling::max)->forward({Pass::Aim::learn, 1}, nullptr, in.data(), out);
  EXPECT_EQ(out, Values{5});
  make_pool({3, 3, 1}, 2, Pooling::average)
      ->forward({Pass::Aim::learn, 1}, nullptr, in.data(), out);
  EXPECT_EQ(out, Values{3});
}

TEST(ANormalisation, MakesEachChannelOfABlockMeanZeroAndVarianceOne) {
  const Shape shape{2, 2, 3};
  const auto stage = make_normalisation(shape, false);
  const Values x{1, 1, 2, 0, 0, 5};  // gamma, beta
  const auto in = random_point(10 * shape.values(), 2);
  Values out;
  stage->forward({Pass::Aim::learn, 10}, x.data(), in.data(), out);
  for (std::size_t c = 0; c < 3; ++c) {
    double mean = 0, square = 0;
    for (std::size_t k = c; k < out.size(); k += 3) mean += out[k] / 40, square += out[k] * out[k];
    EXPECT_NEAR(mean, c == 2 ? 5 : 0, 1e-13);
    EXPECT_NEAR(square / 40 - mean * mean, c == 2 ? 4 : 1, 1e-4);
  }
}

TEST(APlan, PlacesParametersStageByStageAndStatisticsBehindAll) {
  using Kind = StagePlan::Kind;
  const Shape image{5, 7, 2};
  Plan plan{{Kind::convolution, image, 3, 3},
            {Kind::normalisation, {5, 7, 3}},
            {Kind::max, {5, 7, 3}, 0, 2},
            {Kind::dense, {2, 3, 3}, 4}};
  plan[1].gossip = true;
  const std::uint64_t parameters[] = {0, 57, 63, 63, 139}, statistics[] = {0, 0, 6, 6, 6};
  const auto begins = places(plan);
  ASSERT_EQ(begins.size(), 5u);
  for (std::size_t k = 0; k < begins.size(); ++k) {
    EXPECT_EQ(begins[k].parameters, parameters[k]) << k;
    EXPECT_EQ(begins[k].statistics, 139 + statistics[k]) << k;
  }
  EXPECT_EQ(plan[2].output().values(), 2u * 3 * 3);
  plan.push_back({Kind::dense, {1, 1, 1'000'000}, 1'000'000});
  EXPECT_THROW(places(plan), ObjectiveError);
}

TEST(ACnn, OfDenseLayersIsThePerceptronToTheBit) {
  const auto shared = [](const std::string& own) {
    return "\"dropout\":0.3,\"l2\":0.1,\"activation\":\"gelu\"," + own;
  };
  const ObjectiveCase one = cnn("," + shared(R"("layers":"dense:6,dense:5")"), 50);
  const ObjectiveCase other{"mlp", find_objective("mlp"), "{" + shared(R"("hidden":"6,5"})"),
                            one.data};
  Objective network = one.make(), perceptron = other.make();
  Values x(network.dimension()), start(perceptron.dimension());
  network.initial(x.data());
  perceptron.initial(start.data());
  EXPECT_EQ(x, start);
  EXPECT_EQ(gradient_at(network, x), gradient_at(perceptron, x));
  Values a(x.size()), b(x.size());
  network.stochastic_gradient(x.data(), 1, 2, 20, a.data());
  perceptron.stochastic_gradient(x.data(), 1, 2, 20, b.data());
  EXPECT_EQ(a, b);
}

// The loss of mse is linear in what the last layer sees, so along its bias dropout is unbiased.
TEST(ACnn, DropsUnitsByItsStreamAloneWithoutBiasAndNoneWithProbabilityZero) {
  const std::string keys =
      R"(,"activation":"tanh","loss":"mse","layers":"convolution:2:3,dense:8")";
  const ObjectiveCase plainly = cnn(keys), at_zero = cnn(keys + R"(,"dropout":0)"),
                      at_two_fifths = cnn(keys + R"(,"dropout":0.4)");
  Objective plain = plainly.make(), zero = at_zero.make(), dropping = at_two_fifths.make();
  const auto x = random_point(plain.dimension(), 3);
  Values full = gradient_at(plain, x), one(x.size()), again(x.size());
  plain.stochastic_gradient(x.data(), 5, 7, 1000, one.data());
  EXPECT_EQ(one, full);
  zero.stochastic_gradient(x.data(), 5, 7, 1000, one.data());
  EXPECT_EQ(one, full);
  dropping.stochastic_gradient(x.data(), 5, 7, 1000, one.data());
  EXPECT_NE(one, full);
  at_two_fifths.make().stochastic_gradient(x.data(), 5, 7, 1000, again.data());
  EXPECT_EQ(one, again);
  EXPECT_EQ(gradient_at(dropping, x), full) << "the full gradient drops nothing";
  EXPECT_EQ(dropping.correct(x.data(), plainly.data.view()),
            plain.correct(x.data(), plainly.data.view()));
  constexpr int kDraws = 4000;
  const std::size_t bias = x.size() - 3;
  double mean = 0, square = 0;
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    dropping.stochastic_gradient(x.data(), 5, draw, 1000, one.data());
    mean += one[bias] / kDraws;
    square += one[bias] * one[bias] / kDraws;
  }
  const double deviation = std::sqrt((square - mean * mean) / kDraws);
  EXPECT_GT(deviation, 1e-5) << "something was dropped";
  EXPECT_NEAR(mean, full[bias], 5 * deviation);
}

// z = W^T a + b of the only normalised layer: 3 units, whose statistics are x's last 6 values.
TEST(AGossipedNormalisation, PullsItsStatisticsTowardsThoseOfTheRows) {
  constexpr std::uint64_t kFew = 40;  // one block
  const ObjectiveCase one =
      cnn(R"(,"l2":0.1,"activation":"tanh","layers":"dense:3","normalisation":"gossip")", kFew);
  expect_differences(one, 6);
  Objective objective = one.make();
  const auto x = random_point(objective.dimension(), 3);
  const auto gradient = gradient_at(objective, x);
  Values z(kFew * 3);
  make_dense({4, 4, 2}, 3, 1)
      ->forward({Pass::Aim::learn, kFew}, x.data(), one.data.value.data(), z);
  for (std::size_t c = 0; c < 3; ++c) {
    double mean = 0, variance = 0;
    for (std::size_t k = c; k < z.size(); k += 3) mean += z[k] / kFew;
    for (std::size_t k = c; k < z.size(); k += 3) variance += (z[k] - mean) * (z[k] - mean) / kFew;
    const std::size_t at = x.size() - 6 + c;
    EXPECT_NEAR(gradient[at], x[at] - mean, 1e-12);
    EXPECT_NEAR(gradient[at + 3], x[at + 3] - variance, 1e-12);
  }
}

// With one normalised layer and one block the node's own statistics are known; gossiped ones that
// equal them predict the same.
TEST(ACnn, PredictsEachRowByStatisticsOfTrainingNotOfTheRowsAsked) {
  constexpr std::uint64_t kFew = 40;
  const std::string keys = R"(,"layers":"dense:5")";
  const ObjectiveCase own = cnn(keys + R"(,"normalisation":"local")", kFew);
  const ObjectiveCase mixed = cnn(keys + R"(,"normalisation":"gossip")", kFew);
  Objective local = own.make(), gossip = mixed.make();
  auto x = random_point(gossip.dimension(), 3);
  const auto gradient = gradient_at(gossip, x);
  for (std::size_t k = x.size() - 10; k < x.size(); ++k) x[k] -= gradient[k];
  const SampleRows asked = sample_rows(60, kColumns, 3, false, 8);
  std::uint64_t one_by_one = 0;
  for (std::uint64_t row = 0; row < asked.rows; ++row) {
    SampleRows single = asked;
    single.rows = 1;
    single.row_begin = {0, kColumns};
    single.value.assign(asked.value.begin() + static_cast<std::ptrdiff_t>(row * kColumns),
                        asked.value.begin() + static_cast<std::ptrdiff_t>((row + 1) * kColumns));
    single.label = {asked.label[row]};
    const std::uint64_t of_local = local.correct(x.data(), single.view());
    EXPECT_EQ(of_local, gossip.correct(x.data(), single.view())) << row;
    one_by_one += of_local;
  }
  EXPECT_EQ(local.correct(x.data(), asked.view()), one_by_one);
  EXPECT_EQ(gossip.correct(x.data(), asked.view()), one_by_one);
  EXPECT_GT(one_by_one, 5u);
  EXPECT_LT(one_by_one, 55u);
}

TEST(ACnn, RefusesWhatItCannotBe) {
  const auto complaint = [](const std::string& keys) {
    try {
      cnn(keys).make();
    } catch (const ObjectiveError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  for (const char* layers :
       {"", ",", "dense", "dense:0", "dense:4,", "dense:4,max:2", "dense:3,convolution:2:3",
        "convolution:2", "convolution:2:4", "convolution:0:3", "max:5", "max:2,max:3", "average:0",
        "pool:2", "convolution:2:3:1", "dense:4x"})
    EXPECT_NE(complaint(R"(,"layers":")" + std::string(layers) + '"').find("objective.layers = "),
              std::string::npos)
        << layers;
  EXPECT_NE(complaint(R"(,"normalisation":"batch")").find("none local gossip"), std::string::npos);
  EXPECT_NE(complaint(R"(,"activation":"sigmoid")").find("relu, gelu or tanh"), std::string::npos);
  EXPECT_NE(complaint(R"(,"dropout":1)").find("0 to 0.99"), std::string::npos);
  const ObjectiveCase oblong{"cnn", find_objective("cnn"), R"({"height":5,"width":6})",
                             sample_rows(5, 32, 3, false, 1)};
  EXPECT_THROW(oblong.make(), ObjectiveError);
  EXPECT_EQ(complaint(R"(,"layers":"convolution:2:3,average:2,max:2,dense:3")"), "");
}

}  // namespace
}  // namespace starling
