// The rates of random rounds, against the expectation over all their draws (catalogue A.7).
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/topology/schedule_samples.h"
#include "topology/schedules/equidyn_rate.h"
#include "topology/schedules/schedules.h"

namespace starling {
namespace {

// |E[W^T W] - J|_2 of equally likely draws.
double rate_squared(const std::vector<Matrix>& draws) {
  const Eigen::Index n = draws.front().rows();
  Matrix expected = -averaging(n);
  for (const Matrix& w : draws) expected += w.transpose() * w / double(draws.size());
  return Eigen::SelfAdjointEigenSolver<Matrix>(expected).eigenvalues().cwiseAbs().maxCoeff();
}

// How often each different W appears among the first rounds.
std::map<std::vector<double>, int> draws_of(const Schedule& schedule, std::uint64_t rounds) {
  std::map<std::vector<double>, int> seen;
  for (std::uint64_t t = 0; t < rounds; ++t) {
    const Matrix w = dense(schedule.round(t));
    ++seen[std::vector<double>(w.data(), w.data() + w.size())];
  }
  return seen;
}

std::vector<Matrix> matrices(const std::map<std::vector<double>, int>& draws, Eigen::Index n) {
  std::vector<Matrix> all;
  for (const auto& [values, count] : draws)
    all.push_back(Eigen::Map<const Matrix>(values.data(), n, n));
  return all;
}

// Every draw appears, about equally often: five standard deviations of a binomial count.
void expect_uniform(const std::map<std::vector<double>, int>& draws, std::size_t kinds,
                    double rounds, const std::string& what) {
  ASSERT_EQ(draws.size(), kinds) << what;
  const double share = 1 / double(kinds), mean = rounds * share;
  for (const auto& [values, count] : draws)
    EXPECT_NEAR(count, mean, 5 * std::sqrt(mean * (1 - share))) << what;
}

double known_rate_squared(const Schedule& schedule) {
  return std::pow(schedule_rate(schedule).per_round, 2);
}

TEST(RandomMatching, DrawsEveryMatchingAlikeAndContractsAtTheRateOfThemAll) {
  // (n-1)!! perfect matchings for even n, n (n-2)!! with one idle node for odd n.
  const std::map<std::uint64_t, std::size_t> counts = {{3, 3}, {4, 3}, {5, 15}, {6, 15}, {8, 105}};
  for (const auto& [n, count] : counts) {
    const auto schedule = make_schedule("random_matching", of_nodes(n));
    constexpr int kRounds = 6000;
    const auto draws = draws_of(*schedule, kRounds);
    expect_uniform(draws, count, kRounds, "n " + std::to_string(n));
    const double size = double(n);
    const double formula = n % 2 == 0 ? (size - 2) / (2 * (size - 1)) : 0.5;
    EXPECT_NEAR(rate_squared(matrices(draws, schedule->nodes())), formula, 1e-13) << n;
    EXPECT_NEAR(known_rate_squared(*schedule), formula, 1e-15) << n;
  }
}

TEST(OdEquidyn, DrawsEveryShiftAlikeAndContractsAtTheRateOfThemAll) {
  for (const NodeId n : {2u, 3u, 8u, 13u})
    for (const double eta : {0.25, 0.5, 0.8, 1.0}) {
      const auto schedule = od_equidyn(n, 3, eta);
      constexpr int kRounds = 3000;
      const auto draws = draws_of(*schedule, kRounds);
      expect_uniform(draws, n - 1, kRounds, "n " + std::to_string(n));
      const double p = 1 - eta + eta / n, q = eta * (n - 1) / n;
      const double formula = p * p + q * q - 2 * p * eta / n;
      EXPECT_NEAR(rate_squared(matrices(draws, n)), formula, 1e-13) << n << " " << eta;
      EXPECT_NEAR(known_rate_squared(*schedule), formula, 1e-14) << n << " " << eta;
    }
}

TEST(OdEquidyn, HasThePublishedRateAtOneHalf) {
  EXPECT_NEAR(known_rate_squared(*make_schedule("od_equidyn", of_nodes(8))), 0.4375, 1e-15);
  EXPECT_NEAR(known_rate_squared(*make_schedule("od_equidyn", of_nodes(50))), 0.49, 1e-15);
}

// The scan as the paper words it.
Matrix ou_draw(NodeId n, NodeId u, NodeId s, double eta) {
  std::vector<bool> used(n, false);
  Matrix w = Matrix::Identity(n, n);
  for (NodeId step = 0; step < n; ++step) {
    const NodeId i = (s + step) % n, j = (i + u) % n;
    if (used[i] || used[j]) continue;
    used[i] = used[j] = true;
    const double share = eta * (n - 1) / n;
    w(i, j) = w(j, i) = share;
    w(i, i) = w(j, j) = 1 - share;
  }
  return w;
}

TEST(OuEquidyn, DrawsEveryScanAndContractsAtTheRateOfThemAll) {
  for (const NodeId n : {2u, 3u, 4u, 5u, 8u, 13u, 24u, 30u})
    for (const double eta : {0.3, 0.5, 0.9}) {
      std::vector<Matrix> all;
      std::map<std::vector<double>, double> share;
      for (NodeId u = 1; u < n; ++u)
        for (NodeId s = 0; s < n; ++s) {
          all.push_back(ou_draw(n, u, s, eta));
          const Matrix& w = all.back();
          share[std::vector<double>(w.data(), w.data() + w.size())] += 1.0 / (n * (n - 1));
        }
      const auto schedule = ou_equidyn(n, 7, eta);
      EXPECT_NEAR(known_rate_squared(*schedule), rate_squared(all), 1e-13) << n << " " << eta;
      if (n > 8) continue;
      constexpr int kRounds = 4000;
      const auto draws = draws_of(*schedule, kRounds);
      ASSERT_EQ(draws.size(), share.size());
      for (const auto& [values, count] : draws) {
        ASSERT_TRUE(share.contains(values)) << n;
        const double p = share[values];
        EXPECT_NEAR(count, kRounds * p, 5 * std::sqrt(kRounds * p * (1 - p)) + 1e-9) << n;
      }
    }
}

TEST(OuEquidyn, FindsAsManyPairsForAShiftAsTheScanFromEveryStart) {
  for (NodeId n = 2; n <= 60; ++n)
    for (NodeId u = 1; u < n; ++u)
      for (const NodeId s : {0u, 1u, n / 2}) {
        const Matrix w = ou_draw(n, u, s % n, 1);
        const auto pairs = (w.array() != 0).count() - (w.diagonal().array() != 0).count();
        ASSERT_EQ(2 * ou_equidyn_pairs(n, u), pairs) << "n " << n << " u " << u << " s " << s;
      }
}

// The bound that ends the search over frequencies must not end it early.
TEST(OuEquidyn, SearchesAsFarAsTheLargestSumOverShifts) {
  for (const NodeId n : {100u, 101u, 360u, 1000u}) {
    double largest = -1e300, total = 0;
    for (NodeId u = 1; u < n; ++u) total += ou_equidyn_pairs(n, u);
    for (NodeId f = 1; f < n; ++f) {
      double sum = 0;
      for (NodeId u = 1; u < n; ++u)
        sum += ou_equidyn_pairs(n, u) * std::cos(2 * M_PI * double(f) * double(u) / n);
      largest = std::max(largest, sum);
    }
    const double w = 0.5 * (n - 1) / n;
    const double expected = 1 - 2 * w * (1 - w) * 2 * (total - largest) / (double(n) * (n - 1));
    EXPECT_NEAR(ou_equidyn_rate_squared(n, 0.5), expected, 1e-12) << n;
  }
}

}  // namespace
}  // namespace starling
