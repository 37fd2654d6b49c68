// A low-rank matrix of which each node knows some entries of some rows: all of it comes back.
#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "tests/consensus/scenario.h"

namespace starling::testing {
namespace {

constexpr Eigen::Index kUsers = 80, kItems = 20, kRank = 2;
constexpr NodeId kNodes = 4;

Rows random_rows(Eigen::Index rows, Eigen::Index columns, std::uint32_t name) {
  RandomStream random(3, Purpose::test, name);
  Rows result(rows, columns);
  for (Eigen::Index k = 0; k < result.size(); ++k) result.data()[k] = random.normal();
  return result;
}

// The users of a node, each with about three of five entries.
SampleRows known_to(NodeId node, const Rows& whole) {
  SampleRows data;
  data.columns = static_cast<std::uint64_t>(kItems);
  for (Eigen::Index user = node; user < kUsers; user += kNodes, ++data.rows) {
    RandomStream random(7, Purpose::test, static_cast<std::uint32_t>(user));
    for (Eigen::Index item = 0; item < kItems; ++item) {
      if (random.uniform() > 0.6) continue;
      data.column.push_back(static_cast<std::uint32_t>(item));
      data.value.push_back(whole(user, item));
    }
    data.row_begin.push_back(data.value.size());
    data.label.push_back(0);
  }
  return data;
}

// The user's whole row, by V, from what is known of it.
Eigen::VectorXd completed(const SampleRows& data, std::uint64_t user, const Rows& items) {
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(kRank, kRank);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(kRank);
  for (std::uint64_t k = data.row_begin[user]; k < data.row_begin[user + 1]; ++k) {
    const Eigen::VectorXd v = items.row(data.column[k]);
    normal += v * v.transpose();
    right += data.value[k] * v;
  }
  return items * normal.ldlt().solve(right);
}

TEST(MatrixFactorisation, CompletesALowRankMatrixWhoseUsersNoNodeSeesAllOf) {
  const Rows whole = random_rows(kUsers, kRank, 1) * random_rows(kRank, kItems, 2);
  Settings settings = settings_of("gradient_tracking", 0.3);
  settings.topology.nodes = kNodes;
  settings.objective.kind = "matrix_factorisation";
  settings.stop.steps = 3000;
  const ObjectiveEntry* entry = find_objective(settings.objective.kind);
  std::deque<ObjectiveCase> cases;
  std::deque<Objective> objectives;
  std::vector<Objective*> pointers;
  const MixingMatrix matrix =
      make_matrix(settings, graph_of("ring", kNodes), std::vector<double>(kNodes, kUsers / kNodes));
  std::vector<NodeRecord> records;
  for (NodeId node = 0; node < kNodes; ++node) {
    cases.push_back({"", entry, R"({"rank": 2})", known_to(node, whole)});
    objectives.push_back(cases.back().make(STARLING_FLOAT64, node, kNodes));
    pointers.push_back(&objectives.back());
    const double L = objectives.back().smoothness();
    records.push_back(propose(settings, matrix, {L, 0, L, 0}, node));
  }
  const Agreement agreement = agree(settings, matrix, records);
  Lockstep<double> lockstep(settings, agreement, pointers, nullptr);
  lockstep.run();
  const Rows found = state_of(lockstep, kNodes);
  for (NodeId node = 0; node < kNodes; ++node) {
    const Rows items = Eigen::Map<const Rows>(found.row(node).data(), kItems, kRank);
    for (std::uint64_t user = 0; user < cases[node].data.rows; ++user) {
      const auto row = static_cast<Eigen::Index>(user) * kNodes + node;
      EXPECT_LT((completed(cases[node].data, user, items) - whole.row(row).transpose())
                    .lpNorm<Eigen::Infinity>(),
                1e-6)
          << "user " << row;
    }
  }
}

// The residual of the best fit is orthogonal to what the items span: the loss is its half square.
TEST(MatrixFactorisation, GivesEveryUserTheBestFactorsThereAre) {
  const Rows items = random_rows(kItems, kRank, 4);
  const Rows entries = random_rows(1, kItems, 5);
  SampleRows data;
  data.rows = 1, data.columns = static_cast<std::uint64_t>(kItems);
  data.value.assign(entries.data(), entries.data() + kItems);
  data.label = {0};
  data.row_begin.push_back(data.columns);
  const ObjectiveCase one{"", find_objective("matrix_factorisation"), R"({"rank": 2, "l2": 0.3})",
                          data};
  const Eigen::VectorXd r = entries.row(0);
  const Eigen::MatrixXd normal =
      items.transpose() * items + 0.3 * Eigen::MatrixXd::Identity(kRank, kRank);
  const Eigen::VectorXd a = normal.ldlt().solve(items.transpose() * r);
  const double wanted = (items * a - r).squaredNorm() / 2 + 0.15 * a.squaredNorm();
  Objective objective = one.make();
  EXPECT_NEAR(objective.gradient<double>(items.data(), nullptr),
              wanted + 0.15 * items.squaredNorm(), 1e-12);
}

TEST(MatrixFactorisation, HasNothingToSayOfAUserWithoutEntriesNorOfARankTooHigh) {
  const auto with = [](const SampleRows& rows, const std::string& config) {
    return ObjectiveCase{"", find_objective("matrix_factorisation"), config, rows};
  };
  const SampleRows data = known_to(0, random_rows(kUsers, kItems, 6));
  SampleRows longer = data;
  ++longer.rows;
  longer.row_begin.push_back(longer.row_begin.back());
  longer.label.push_back(0);
  const ObjectiveCase before = with(data, R"({"rank":2})"), after = with(longer, before.config);
  const auto x = random_point(2 * static_cast<std::size_t>(kItems), 1);
  EXPECT_NEAR(before.make().gradient<double>(x.data(), nullptr) * static_cast<double>(data.rows),
              after.make().gradient<double>(x.data(), nullptr) * static_cast<double>(longer.rows),
              1e-11);
  EXPECT_THROW(with(data, R"({"rank":0})").make(), ObjectiveError);
  EXPECT_THROW(with(data, R"({"rank":1001})").make(), ObjectiveError);
}

}  // namespace
}  // namespace starling::testing
