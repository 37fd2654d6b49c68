#include "consensus/aggregators/aggregator.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <limits>

#include "consensus/aggregators/robust_mix.h"
#include "consensus/kernels/mix.h"
#include "topology/random.h"

namespace starling {

inline void PrintTo(const AggregatorEntry& entry, std::ostream* out) { *out << entry.name; }

namespace {

using Vec = Eigen::VectorXd;

// A neighborhood: own first, then the neighbors, in even weights; f_i is nearest to `best`.
struct Around {
  std::vector<Vec> vectors;
  std::size_t tolerated = 1;
  double radius = 0;
  Vec best = Vec::Zero(vectors.empty() ? 0 : vectors[0].size());
  double loss_scale = 1;
};

struct Made {
  Vec out;
  std::vector<Verdict> verdicts;
};

Made aggregate(const AggregatorEntry& entry, const Around& around) {
  const std::size_t m = around.vectors.size() - 1;
  std::vector<const double*> neighbors;
  for (std::size_t j = 1; j <= m; ++j) neighbors.push_back(around.vectors[j].data());
  const std::vector<double> weights(m, 1.0 / static_cast<double>(m + 1));
  const std::function<double(const double*)> loss = [&](const double* x) {
    return (Eigen::Map<const Vec>(x, around.best.size()) - around.best).squaredNorm();
  };
  Heard<double> heard{around.vectors[0].data(),
                      neighbors,
                      weights,
                      static_cast<std::size_t>(around.vectors[0].size()),
                      around.tolerated,
                      around.radius,
                      &loss};
  Made made{Vec(around.vectors[0].size()), std::vector<Verdict>(m)};
  AggregatorWork<double> work;
  entry.rule_double(heard, work, made.out.data(), made.verdicts);
  return made;
}

// count vectors of size d around `center`, N(0, spread^2).
std::vector<Vec> cloud(std::size_t count, Eigen::Index d, double spread, std::uint32_t stream,
                       double center = 0) {
  RandomStream draw(5, Purpose::test, stream);
  std::vector<Vec> vectors;
  for (std::size_t k = 0; k < count; ++k) {
    Vec x(d);
    for (double& value : x) value = center + spread * draw.normal();
    vectors.push_back(x);
  }
  return vectors;
}

Vec mean_of(const std::vector<Vec>& vectors) {
  Vec sum = Vec::Zero(vectors[0].size());
  for (const Vec& v : vectors) sum += v;
  return sum / static_cast<double>(vectors.size());
}

class EveryAggregator : public testing::TestWithParam<AggregatorEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryAggregator,
                         testing::ValuesIn(aggregators().begin(), aggregators().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

TEST_P(EveryAggregator, LeavesConsensusAsItIsBitForBit) {
  const Vec x = cloud(1, 33, 1e3, 1)[0];
  for (const std::size_t b : {0u, 1u, 2u}) {
    Around around{std::vector<Vec>(GetParam().least_neighbors(b) + 2, x), b};
    around.best = Vec::Ones(33);
    EXPECT_TRUE(aggregate(GetParam(), around).out == x) << b;
  }
}

TEST_P(EveryAggregator, DoesNotCareHowTheNeighborsAreNumbered) {
  Around around{cloud(9, 7, 1, 2), 2};
  around.best = Vec::Constant(7, 0.2);
  const Vec before = aggregate(GetParam(), around).out;
  RandomStream draw(1, Purpose::test);
  for (int t = 0; t < 20; ++t) {
    std::vector<Vec> neighbors(around.vectors.begin() + 1, around.vectors.end());
    shuffle(neighbors, draw);
    std::copy(neighbors.begin(), neighbors.end(), around.vectors.begin() + 1);
    EXPECT_LT((aggregate(GetParam(), around).out - before).norm(), 1e-12);
  }
}

TEST_P(EveryAggregator, MovesAndScalesWithItsInputs) {
  const Around around{cloud(9, 6, 1, 3), 2, 0, Vec::Constant(6, 0.3)};
  const Vec before = aggregate(GetParam(), around).out;
  const Vec shift = cloud(1, 6, 5, 4)[0];
  for (const double scale : {1e-3, 1.0, 40.0}) {
    Around moved = around;
    for (Vec& v : moved.vectors) v = scale * v + shift;
    moved.best = scale * around.best + shift;
    const Vec expected = scale * before + shift;
    EXPECT_LT((aggregate(GetParam(), moved).out - expected).norm(), 1e-7 * (1 + scale));
  }
}

// The breakdown point: as many liars as the rule promises to withstand, on the least neighborhood
// it asks for, wherever they stand together: the result stays within a few spreads of the honest.
TEST_P(EveryAggregator, WithstandsAsManyLiarsAsItPromises) {
  for (const std::size_t b : {1u, 2u, 4u}) {
    const std::size_t m = std::max(GetParam().least_neighbors(b), 2 * b);
    for (const double far : {1e1, 1e3, 1e12, 1e200})
      for (std::uint32_t stream = 0; stream < 10; ++stream) {
        const auto honest = cloud(m + 1 - b, 8, 1, 100 + stream);
        Around around{honest, b, 0, mean_of(honest)};
        const Vec lie = cloud(1, 8, far, 200 + stream)[0];
        for (std::size_t k = 0; k < b; ++k) around.vectors.push_back(lie);
        const Made made = aggregate(GetParam(), around);
        double spread = 0;
        for (const Vec& v : honest) spread = std::max(spread, (v - honest[0]).norm());
        EXPECT_LT((made.out - honest[0]).norm(), 3 * spread)
            << "b = " << b << ", m = " << m << ", liars at " << far;
        for (std::size_t j = 0; far >= 1e3 && j < m; ++j) {
          if (j + b < m) continue;
          const Verdict& verdict = made.verdicts[j];
          EXPECT_TRUE(verdict.dropped || verdict.clipped || verdict.trimmed_coordinates == 8)
              << "b = " << b << ", neighbor " << j;
        }
      }
  }
}

// The same liars take the mean anywhere.
TEST(TheMean, IsTakenAnywhereByOneLiar) {
  auto vectors = cloud(9, 8, 1, 100);
  vectors.push_back(Vec::Constant(8, 1e6));
  EXPECT_GT(mean_of(vectors).norm(), 1e5);
}

TEST_P(EveryAggregator, GivesNearlyTheSameInFloat) {
  const auto vectors = cloud(9, 40, 1, 6);
  const Vec best = Vec::Constant(40, 0.1);
  const Vec expected = aggregate(GetParam(), {vectors, 2, 0, best}).out;
  std::vector<Eigen::VectorXf> rounded;
  std::vector<const float*> neighbors;
  for (const Vec& v : vectors) rounded.push_back(v.cast<float>());
  for (std::size_t j = 1; j < rounded.size(); ++j) neighbors.push_back(rounded[j].data());
  const std::vector<double> weights(8, 1.0 / 9);
  const std::function<double(const float*)> loss = [&](const float* x) {
    return (Eigen::Map<const Eigen::VectorXf>(x, 40).cast<double>() - best).squaredNorm();
  };
  Eigen::VectorXf out(40);
  std::vector<Verdict> verdicts(8);
  AggregatorWork<float> work;
  GetParam().rule_float({rounded[0].data(), neighbors, weights, 40, 2, 0, &loss}, work, out.data(),
                        verdicts);
  EXPECT_LT((out.cast<double>() - expected).norm(), 1e-5);
}

const AggregatorEntry& rule(std::string_view name) { return *find_aggregator(name); }

TEST(TrimmedMean, OfNothingTrimmedIsTheMean) {
  const auto vectors = cloud(9, 12, 1, 7);
  EXPECT_LT((aggregate(rule("trimmed_mean"), {vectors, 0}).out - mean_of(vectors)).norm(), 1e-14);
}

TEST(TrimmedMean, AndTheMedianAreTheirDefinitionsByHand) {
  std::vector<Vec> vectors;
  for (const double value : {3.0, -100.0, 1.0, 2.0, 7.0, 900.0})
    vectors.push_back(Vec::Constant(1, value));
  // Neighbors without the largest and the smallest: 1, 2, 7; with the own 3: 13 / 4.
  const Made trimmed = aggregate(rule("trimmed_mean"), {vectors, 1});
  EXPECT_DOUBLE_EQ(trimmed.out[0], 3.25);
  EXPECT_EQ(trimmed.verdicts[0].trimmed_coordinates, 1u);
  EXPECT_EQ(trimmed.verdicts[1].trimmed_coordinates, 0u);
  EXPECT_EQ(trimmed.verdicts[4].trimmed_coordinates, 1u);
  EXPECT_DOUBLE_EQ(aggregate(rule("coordinate_median"), {vectors, 1}).out[0], 2.5);
  vectors.pop_back();
  EXPECT_DOUBLE_EQ(aggregate(rule("coordinate_median"), {vectors, 1}).out[0], 2);
}

TEST(GeometricMedian, IsWhereTheUnitVectorsCancel) {
  for (std::uint32_t stream = 0; stream < 20; ++stream) {
    const auto vectors = cloud(9, 4, 1, 300 + stream);
    const Vec z = aggregate(rule("geometric_median"), {vectors, 1}).out;
    Vec pull = Vec::Zero(4);
    double nearest = 1;
    for (const Vec& v : vectors) {
      pull += (v - z).normalized();
      nearest = std::min(nearest, (v - z).norm());
    }
    if (nearest < 1e-2) continue;  // it is one of the vectors
    EXPECT_LT(pull.norm(), 1e-4) << stream;
  }
}

TEST(GeometricMedian, HoldsAgainstEightOfSeventeenFarAway) {
  auto vectors = cloud(9, 4, 1, 8);
  for (int k = 0; k < 8; ++k) vectors.push_back(Vec::Constant(4, 1e6));
  EXPECT_LT(aggregate(rule("geometric_median"), {vectors, 8}).out.norm(), 10);
}

TEST(Krum, GoesHalfWayToOneOfItsInputs) {
  auto vectors = cloud(9, 4, 1, 9);
  for (int k = 0; k < 2; ++k) vectors.push_back(Vec::Constant(4, 1e3));
  const Made made = aggregate(rule("krum"), {vectors, 2});
  const Vec chosen = 2 * made.out - vectors[0];
  double nearest = 1e9;
  for (std::size_t k = 0; k < 9; ++k) nearest = std::min(nearest, (vectors[k] - chosen).norm());
  EXPECT_LT(nearest, 1e-12);
  EXPECT_TRUE(made.verdicts[8].dropped && made.verdicts[9].dropped);
}

TEST(CenteredClipping, WithNobodyFurtherThanTheRadiusIsPlainGossipBitForBit) {
  const auto vectors = cloud(7, 100, 1, 10);
  std::vector<const double*> neighbors;
  for (std::size_t j = 1; j < 7; ++j) neighbors.push_back(vectors[j].data());
  const std::vector<double> weights(6, 1.0 / 7);
  Vec plain(100);
  mix_kernel<double>()(vectors[0].data(), nullptr, neighbors.data(), weights.data(), 6, 0, 100,
                       plain.data());
  EXPECT_TRUE(aggregate(rule("centered_clipping"), {vectors, 2, 1e9}).out == plain);
  EXPECT_TRUE(aggregate(rule("centered_clipping"), {vectors, 0}).out == plain);
}

TEST(CenteredClipping, DrawsNoFurtherThanWeightTimesRadius) {
  auto vectors = cloud(5, 6, 0, 11);
  vectors.push_back(Vec::Constant(6, 1e9));
  const Made made = aggregate(rule("centered_clipping"), {vectors, 1, 0.25});
  EXPECT_NEAR(made.out.norm(), 0.25 / 6, 1e-12);
  EXPECT_TRUE(made.verdicts[4].clipped);
  EXPECT_FALSE(made.verdicts[0].clipped);
}

// tau^2 = (1 + 4) / 1 of distances 1, 2 and the farthest, all of one weight: the catalogue's rule.
TEST(CenteredClipping, TakesItsRadiusFromTheDistances) {
  std::vector<Vec> vectors;
  for (const double value : {0.0, 1.0, -2.0, 100.0}) vectors.push_back(Vec::Constant(1, value));
  const Made made = aggregate(rule("centered_clipping"), {vectors, 1});
  EXPECT_NEAR(made.out[0], (1 - 2 + std::sqrt(5.0)) / 4, 1e-14);
}

TEST(Ubar, TakesOfTheNearThoseThatLoseNoMore) {
  std::vector<Vec> vectors;
  for (const double value : {1.0, 0.5, 1.5, 0.25, -50.0})
    vectors.push_back(Vec::Constant(1, value));
  // The loss is |x|: 0.5 and 0.25 lose less than the own 1, 1.5 more; -50 is not near.
  Made made = aggregate(rule("ubar"), {vectors, 1, 0, Vec::Zero(1)});
  EXPECT_DOUBLE_EQ(made.out[0], (1 + (0.5 + 0.25) / 2) / 2);
  EXPECT_TRUE(made.verdicts[1].dropped && made.verdicts[3].dropped);
  // Nobody loses less than 1 where 1 is best: the best of the near.
  made = aggregate(rule("ubar"), {vectors, 1, 0, Vec::Ones(1)});
  EXPECT_DOUBLE_EQ(made.out[0], 0.75);
}

// --- what stands before every rule

struct Mixed {
  Vec out;
  std::vector<NeighborTally> tallies;
  bool outnumbered = false;
};

Mixed robust_mix(const std::string& name, const std::vector<Vec>& vectors,
                 std::uint32_t tolerated) {
  MixingSettings settings;
  settings.aggregator = name;
  settings.tolerated = tolerated;
  RobustMix<double> mix(settings, [](const double* x) { return x[0] * x[0]; });
  std::vector<const double*> neighbors;
  std::vector<NodeId> ids;
  for (std::size_t j = 1; j < vectors.size(); ++j) {
    neighbors.push_back(vectors[j].data());
    ids.push_back(static_cast<NodeId>(10 * j));
  }
  const std::vector<double> weights(ids.size(), 1.0 / 8);
  Mixed mixed{Vec(vectors[0].size()), {}};
  const GossipRow row{ids, ids, weights, 0};
  mix.combine(vectors[0].data(), neighbors, row, static_cast<std::size_t>(vectors[0].size()),
              mixed.out.data());
  mixed.outnumbered = mix.account(mixed.tallies);
  return mixed;
}

TEST_P(EveryAggregator, NeverSeesWhatIsNotFinite) {
  const auto honest = cloud(8, 5, 1, 12);
  const Mixed without = robust_mix(std::string(GetParam().name), honest, 1);
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    auto vectors = honest;
    vectors.push_back(Vec::Zero(5));
    vectors.back()[3] = bad;  // a single value is enough
    // Refused is one of the two that may lie: the rule is left with one.
    const Mixed with = robust_mix(std::string(GetParam().name), vectors, 2);
    EXPECT_TRUE(with.out == without.out);
    ASSERT_EQ(with.tallies.size(), 8u);
    EXPECT_EQ(with.tallies[7].neighbor, 80u);
    EXPECT_EQ(with.tallies[7].refused, 1u);
    EXPECT_EQ(with.tallies[0].refused, 0u);
    EXPECT_EQ(with.tallies[0].steps, 1u);
    EXPECT_FALSE(with.outnumbered);
  }
}

TEST_P(EveryAggregator, SaysWhenMoreAreRefusedThanMayLie) {
  auto vectors = cloud(9, 5, 1, 13);
  for (std::size_t j = 1; j <= 2; ++j) vectors[j][0] = std::nan("");
  EXPECT_TRUE(robust_mix(std::string(GetParam().name), vectors, 1).outnumbered);
  EXPECT_FALSE(robust_mix(std::string(GetParam().name), vectors, 2).outnumbered);
  for (std::size_t j = 1; j < vectors.size(); ++j) vectors[j][0] = std::nan("");
  EXPECT_TRUE(robust_mix(std::string(GetParam().name), vectors, 1).out == vectors[0]);
}

TEST_P(EveryAggregator, KeepsAnOwnVectorThatIsNotFiniteForTheNeighborsToRefuse) {
  auto vectors = cloud(9, 5, 1, 14);
  vectors[0].setConstant(std::nan(""));
  const Mixed mixed = robust_mix(std::string(GetParam().name), vectors, 1);
  EXPECT_TRUE(mixed.out.array().isNaN().all());
  EXPECT_FALSE(mixed.outnumbered);
  EXPECT_EQ(mixed.tallies[0].dropped + mixed.tallies[0].clipped, 0u);
}

}  // namespace
}  // namespace starling
