#include "topology/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace starling {
namespace {

// The known answer of Philox4x32-10 published with Random123 (kat_vectors): key and counter zero.
TEST(RandomStream, IsPhilox4x32With10Rounds) {
  RandomStream stream(0, static_cast<Purpose>(0));
  EXPECT_EQ(stream.bits(), 0xe169c58d6627e8d5u);
  EXPECT_EQ(stream.bits(), 0x9b00dbd8bc57ac4cu);
}

// Every part of a name changes the stream, and nothing else does.
TEST(RandomStream, IsNamedBySeedPurposeNodeAndStep) {
  const auto first = [](std::uint64_t seed, Purpose purpose, std::uint32_t node,
                        std::uint32_t step) {
    return RandomStream(seed, purpose, node, step).bits();
  };
  std::set<std::uint64_t> seen;
  for (const std::uint64_t seed : {1ull, 2ull, 1ull << 32})
    for (const Purpose purpose : {Purpose::graph, Purpose::partition})
      for (const std::uint32_t node : {0u, 1u})
        for (const std::uint32_t step : {0u, 1u}) seen.insert(first(seed, purpose, node, step));
  EXPECT_EQ(seen.size(), 24u);
  EXPECT_EQ(first(7, Purpose::test, 3, 4), first(7, Purpose::test, 3, 4));
}

TEST(RandomStream, UniformFillsTheUnitIntervalEvenly) {
  RandomStream stream(1, Purpose::test);
  constexpr int kDraws = 100'000, kBins = 10;
  std::array<int, kBins> count{};
  for (int i = 0; i < kDraws; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ++count[static_cast<std::size_t>(u * kBins)];
  }
  double chi_squared = 0;
  for (const int c : count) chi_squared += std::pow(c - 10'000.0, 2) / 10'000.0;
  EXPECT_LT(chi_squared, 27.9);  // 9 degrees of freedom, one in a thousand
}

TEST(RandomStream, BelowIsInRangeAndUnbiasedForABoundThatDividesNothing) {
  RandomStream stream(2, Purpose::test);
  std::array<int, 7> count{};
  for (int i = 0; i < 70'000; ++i) {
    const auto value = stream.below(7);
    ASSERT_LT(value, 7u);
    ++count[value];
  }
  double chi_squared = 0;
  for (const int c : count) chi_squared += std::pow(c - 10'000.0, 2) / 10'000.0;
  EXPECT_LT(chi_squared, 22.5);  // 6 degrees of freedom, one in a thousand
  // Of 3 * 2^62, a high product without rejection hits some values twice as often: thirds stay
  // even.
  std::array<int, 3> third{};
  for (int i = 0; i < 30'000; ++i) ++third[stream.below(3ull << 62) >> 62];
  for (const int c : third) EXPECT_NEAR(c, 10'000, 350);
  EXPECT_EQ(RandomStream(3, Purpose::test).below(1), 0u);
}

struct Moments {
  double mean = 0, variance = 0;
};
template <class Draw>
Moments moments(int draws, Draw draw) {
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / draws;
  return {mean, squares / draws - mean * mean};
}

TEST(RandomStream, NormalHasMeanZeroAndVarianceOne) {
  RandomStream stream(4, Purpose::test);
  const auto m = moments(200'000, [&] { return stream.normal(); });
  EXPECT_NEAR(m.mean, 0, 0.009);  // four standard errors
  EXPECT_NEAR(m.variance, 1, 0.013);
}

TEST(RandomStream, GammaHasMeanAndVarianceEqualToItsShape) {
  for (const double shape : {0.1, 0.5, 1.0, 3.7}) {
    RandomStream stream(5, Purpose::test);
    const auto m = moments(400'000, [&] { return stream.gamma(shape); });
    EXPECT_NEAR(m.mean, shape, 5 * std::sqrt(shape / 400'000)) << shape;
    EXPECT_NEAR(m.variance, shape, 0.03 * (shape + 0.3)) << shape;
  }
}

TEST(Shuffle, IsAPermutationAndPutsEveryValueEverywhereEvenly) {
  RandomStream stream(6, Purpose::test);
  std::array<int, 5> where{};
  for (int i = 0; i < 50'000; ++i) {
    std::vector<int> values(5);
    std::iota(values.begin(), values.end(), 0);
    shuffle(values, stream);
    ASSERT_EQ(std::set<int>(values.begin(), values.end()).size(), 5u);
    for (std::size_t k = 0; k < 5; ++k)
      if (values[k] == 0) ++where[k];
  }
  for (const int c : where) EXPECT_NEAR(c, 10'000, 400);
}

}  // namespace
}  // namespace starling
