// The catalogue's reference cases for robust aggregation (section F and J.6), computed there by an
// implementation of its own.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <map>

#include "consensus/aggregators/aggregator.h"
#include "consensus/attacks/attack.h"
#include "consensus/kernels/mix.h"
#include "consensus/objectives/reference_quadratic.h"

namespace starling {
namespace {

using Vec = Eigen::VectorXd;

// n = 12 on a ring lattice of degree 6, Metropolis weights 1/7, nodes 0 and 6 lie; mildly unlike
// quadratics.
class Lattice {
 public:
  static constexpr std::uint32_t kNodes = 12;
  Lattice() {
    QuadraticFamily family;
    family.kappa = 10;
    family.nodes = kNodes;
    spectrum_ = family.spectrum();
    for (std::uint32_t i = 0; i < kNodes; ++i) {
      std::vector<double> c;
      family.node(i, v_[i], c);
      center_[i] = Eigen::Map<const Vec>(c.data(), 10);
      if (i > 0) center_[i] = center_[0] + 0.1 * (center_[i] - center_[0]);
    }
  }
  static bool lies(std::uint32_t i) { return i == 0 || i == 6; }
  static std::vector<std::uint32_t> around(std::uint32_t i) {
    std::vector<std::uint32_t> list;
    for (std::uint32_t j = 0; j < kNodes; ++j) {
      const std::uint32_t apart = (j + kNodes - i) % kNodes;
      if (j != i && (apart <= 3 || apart >= kNodes - 3)) list.push_back(j);
    }
    return list;
  }
  Vec gradient(std::uint32_t i, const Vec& x, double* value = nullptr) const {
    Vec g = x - center_[i];
    const double form = apply_quadratic(spectrum_, v_[i], g.data(), g.data());
    if (value) *value = form / 2;
    return g;
  }
  Vec honest_optimum() const {
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(10, 10);
    Vec right = Vec::Zero(10);
    for (std::uint32_t i = 0; i < kNodes; ++i) {
      if (lies(i)) continue;
      for (Eigen::Index k = 0; k < 10; ++k)
        sum.col(k) += gradient(i, Vec::Unit(10, k) + center_[i]);
      right -= gradient(i, Vec::Zero(10));
    }
    return sum.ldlt().solve(right);
  }

 private:
  std::vector<double> spectrum_, v_[kNodes];
  Vec center_[kNodes];
};

// One node's step; rule null: W.
Vec aggregate(const AggregatorEntry* entry, const Vec& own, const std::vector<Vec>& neighbors,
              const std::vector<double>& weights, std::size_t tolerated,
              const std::function<double(const double*)>& loss, double radius = 0) {
  std::vector<const double*> pointers;
  for (const Vec& x : neighbors) pointers.push_back(x.data());
  Vec out(own.size());
  if (!entry) {
    mix_kernel<double>()(own.data(), nullptr, pointers.data(), weights.data(), weights.size(), 0,
                         static_cast<std::size_t>(own.size()), out.data());
    return out;
  }
  AggregatorWork<double> work;
  std::vector<Verdict> verdicts(neighbors.size());
  entry->rule_double({own.data(), pointers, weights, static_cast<std::size_t>(own.size()),
                      tolerated, radius, &loss},
                     work, out.data(), verdicts);
  return out;
}

// The largest relative error of an honest node after 600 steps of 0.1.
double error_under(const AggregatorEntry* entry, const AttackEntry* attack) {
  const Lattice problem;
  constexpr std::uint32_t n = Lattice::kNodes;
  std::vector<Vec> x(n, Vec::Zero(10)), y(n), next(n);
  const std::vector<double> weights(6, 1.0 / 7);
  RandomStream draw(5, Purpose::test);
  for (int t = 0; t < 600; ++t) {
    for (std::uint32_t i = 0; i < n; ++i) y[i] = x[i] - 0.1 * problem.gradient(i, x[i]);
    for (std::uint32_t i = 0; i < n; ++i) {
      std::vector<Vec> heard;
      std::vector<const double*> honest;
      std::vector<double> honest_weights;
      for (const std::uint32_t j : Lattice::around(i)) {
        heard.push_back(y[j]);
        if (Lattice::lies(j)) continue;
        honest.push_back(y[j].data());
        honest_weights.push_back(1.0 / 7);
      }
      Knowledge<double> known{10, y[0].data(), y[i].data(), honest, honest, honest_weights, 0};
      known.lying_weight = static_cast<double>(6 - honest.size()) / 7;
      std::size_t slot = 0;
      for (const std::uint32_t j : Lattice::around(i)) {
        if (attack && Lattice::lies(j)) attack->lie_double(known, draw, heard[slot].data());
        ++slot;
      }
      next[i] = aggregate(entry, y[i], heard, weights, 2, [&](const double* at) {
        double value = 0;
        problem.gradient(i, Eigen::Map<const Vec>(at, 10), &value);
        return value;
      });
    }
    x = next;
  }
  const Vec optimum = problem.honest_optimum();
  double worst = 0;
  for (std::uint32_t i = 0; i < n; ++i)
    if (!Lattice::lies(i)) worst = std::max(worst, (x[i] - optimum).norm() / optimum.norm());
  return worst;
}

// The catalogue prints three digits.
void expect_printed(double value, double printed, const std::string& what) {
  EXPECT_NEAR(value, printed, 0.006 * printed) << what;
}

struct Row {
  const char* rule;  // null: the mean
  double none, sign, alie, ipm, dissensus;
};
constexpr Row kTable[] = {
    {nullptr, 0.0114, 1.04, 0.0265, 0.925, 0.105},
    {"coordinate_median", 0.0366, 0.0796, 0.0768, 0.0798, 0.0619},
    {"geometric_median", 0.0152, 0.0666, 0.0415, 0.0665, 0.0367},
    {"trimmed_mean", 0.0177, 0.0731, 0.0657, 0.0728, 0.0537},
    {"krum", 0.0919, 0.0919, 0.0919, 0.0919, 0.0919},
    {"centered_clipping", 0.0130, 0.110, 0.0296, 0.110, 0.0268},
    {"ubar", 0.0918, 0.0886, 0.0918, 0.0886, 0.0886},
};

class ReferenceTable : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Rules, ReferenceTable, testing::ValuesIn(kTable), [](const auto& row) {
  return std::string(row.param.rule ? row.param.rule : "mean");
});

TEST_P(ReferenceTable, IsReproduced) {
  const Row& row = GetParam();
  const AggregatorEntry* entry = row.rule ? find_aggregator(row.rule) : nullptr;
  const std::pair<const char*, double> columns[] = {{nullptr, row.none},
                                                    {"sign_flip", row.sign},
                                                    {"alie", row.alie},
                                                    {"ipm", row.ipm},
                                                    {"dissensus", row.dissensus}};
  for (const auto& [attack, printed] : columns)
    expect_printed(error_under(entry, attack ? find_attack(attack) : nullptr), printed,
                   attack ? attack : "none");
  // Drawn from a stream of our own, so only the catalogue's bounds.
  const double random = error_under(entry, find_attack("random"));
  if (entry)
    EXPECT_LT(random, 0.15);
  else
    EXPECT_GT(random, 0.9);
}

// --- J.6: two honest pairs at 0 and 200 with a bottleneck between, a liar beside each inner node.
struct Chain {
  static constexpr double kEnd = 1.0 / 3, kBottleneck = 0.12, kLiar = 0.1;
  std::vector<double> x{0, 0, 200, 200};

  // What the liar beside inner node i says: dissensus.
  double lie(std::size_t i) const {
    const std::size_t out = i == 1 ? 0 : 3, across = i == 1 ? 2 : 1;
    const double around[] = {x[out], x[across]}, weights[] = {kEnd, kBottleneck};
    const double* pointers[] = {&around[0], &around[1]};
    Knowledge<double> known{1, nullptr, &x[i], pointers, pointers, weights, kLiar};
    RandomStream draw(1, Purpose::test);
    double said = 0;
    find_attack("dissensus")->lie_double(known, draw, &said);
    return said;
  }
  void step(const AggregatorEntry* entry) {
    std::vector<double> next = x;
    for (std::size_t i = 0; i < 4; ++i) {
      const bool inner = i == 1 || i == 2;
      const std::size_t beside = i < 2 ? 1 - i : 5 - i;
      std::vector<Vec> heard{Vec::Constant(1, x[beside])};
      std::vector<double> weights{kEnd};
      if (inner) {
        heard.push_back(Vec::Constant(1, x[3 - i]));
        heard.push_back(Vec::Constant(1, lie(i)));
        weights.insert(weights.end(), {kBottleneck, kLiar});
      }
      next[i] = aggregate(entry, Vec::Constant(1, x[i]), heard, weights, inner ? 1 : 0, {},
                          radius(i, inner))[0];
    }
    x = next;
  }
  // The oracle's: what the honest are apart, over the weight of the liar; ends have none.
  double radius(std::size_t i, bool inner) const {
    if (!inner) return 1e300;
    const std::size_t out = i == 1 ? 0 : 3, across = i == 1 ? 2 : 1;
    const double apart =
        kEnd * std::pow(x[out] - x[i], 2) + kBottleneck * std::pow(x[across] - x[i], 2);
    return std::max(std::sqrt(apart / kLiar), 1e-300);
  }
};

TEST(DissensusChain, FreezesPlainGossipMedianAndTrimmedMean) {
  for (const char* name : {"", "coordinate_median", "trimmed_mean"}) {
    Chain chain;
    for (int t = 0; t < 2000; ++t) chain.step(find_aggregator(name));
    const double expected[] = {0, 0, 200, 200};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(chain.x[i], expected[i], 1e-9) << name;
  }
}

TEST(DissensusChain, ContractsUnderCenteredClippingAsPublished) {
  Chain chain;
  for (int t = 0; t < 100; ++t) chain.step(find_aggregator("centered_clipping"));
  const double expected[] = {63.78, 64.89, 135.11, 136.22};
  double squares = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(chain.x[i], expected[i], 0.005);
    squares += std::pow(chain.x[i] - 100, 2);
  }
  EXPECT_NEAR(std::sqrt(squares / 4), 35.67, 0.005);
  for (int t = 100; t < 2000; ++t) chain.step(find_aggregator("centered_clipping"));
  EXPECT_NEAR(chain.x[3] - chain.x[0], 2.26e-7, 0.05e-7);
}

}  // namespace
}  // namespace starling
