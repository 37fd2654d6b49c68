// Shards of absent nodes have one owner each, the same for all, and only they ever move.

#include "node/data/adoption.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/node/temporary_folder.h"

namespace starling {
namespace {

constexpr NodeId kNodes = 12;

std::vector<NodeId> all_but(std::initializer_list<NodeId> absent) {
  std::vector<NodeId> members;
  for (NodeId i = 0; i < kNodes; ++i)
    if (std::find(absent.begin(), absent.end(), i) == absent.end()) members.push_back(i);
  return members;
}

TEST(Adoption, AMemberOwnsItsOwnShard) {
  for (const auto& members : {all_but({}), all_but({3}), all_but({0, 5, 11})}) {
    const auto owners = owners_of_shards(kNodes, members);
    for (const NodeId i : members) EXPECT_EQ(owners[i], i);
    for (const NodeId owner : owners)
      EXPECT_TRUE(std::binary_search(members.begin(), members.end(), owner));
  }
}

TEST(Adoption, OnlyTheShardsOfWhoGoesMove) {
  const auto before = owners_of_shards(kNodes, all_but({2, 7}));
  for (const NodeId gone : all_but({2, 7})) {
    const auto after = owners_of_shards(kNodes, all_but({2, 7, gone}));
    for (NodeId shard = 0; shard < kNodes; ++shard) {
      if (before[shard] != gone)
        EXPECT_EQ(after[shard], before[shard]);
      else
        EXPECT_NE(after[shard], gone);
    }
  }
}

// 4096 shards, 8 members: each adopts Binomial(4088, 1/8) many if weights are as good as drawn.
TEST(Adoption, SharesOutEvenly) {
  std::vector<NodeId> members(8);
  std::iota(members.begin(), members.end(), 0u);
  std::vector<int> count(8);
  for (const NodeId owner : owners_of_shards(4096, members)) ++count[owner];
  for (const int shards : count) EXPECT_NEAR(shards, 1 + 4088 / 8, 5 * std::sqrt(4088 * 7 / 64.0));
}

// Rows that are adopted are the same bits from a store, one gradient after the other.
TEST(Adoption, TakesOverTheSameRowsFromAStore) {
  const TemporaryFolder folder;
  const auto gradients = [&](const std::string& store) {
    ConfigSources sources;
    sources.set = {"shared.objective.data=" STARLING_SOURCE_DIR "/data/heart_scale.libsvm",
                   "shared.topology.nodes=5", "shared.membership.on_death=adopt",
                   "local.data_store=" + store};
    const Config config = load_config(sources);
    Experiment experiment = make_experiment(config);
    release_rows(config, experiment);
    EXPECT_EQ(experiment.data.rows(), 270u) << "kept for those who adopt";
    EXPECT_EQ(experiment.data.store().on_disk(), !store.empty());
    Adoption adoption(config, experiment, 1);
    std::vector<double> all;
    for (const auto& members : {std::vector<NodeId>{0, 1, 2, 3, 4}, {1, 3}, {1}, {0, 1, 2, 3, 4}}) {
      Objective& objective = adoption.objective(members);
      std::vector<double> x(objective.dimension(), 0.25), gradient(x.size());
      all.push_back(static_cast<double>(adoption.rows().size()));
      all.push_back(objective.gradient(x.data(), gradient.data()));
      all.insert(all.end(), gradient.begin(), gradient.end());
    }
    return all;
  };
  const auto memory = gradients(""), stored = gradients(folder.path());
  EXPECT_EQ(stored, memory);
  EXPECT_EQ(memory[0], 54);
  EXPECT_EQ(memory[2 * memory.size() / 4], 270) << "alone with everybody's rows";
}

TEST(Adoption, RowsOfOthersAreReleasedWhereNobodyAdopts) {
  ConfigSources sources;
  sources.set = {"shared.objective.data=" STARLING_SOURCE_DIR "/data/heart_scale.libsvm",
                 "shared.topology.nodes=5"};
  const Config config = load_config(sources);
  Experiment experiment = make_experiment(config);
  const auto local = make_objective(config, experiment, 2);
  release_rows(config, experiment);
  EXPECT_TRUE(experiment.data.value.empty());
  EXPECT_EQ(experiment.data.class_label.size(), 2u) << "a test set is held against them";
  EXPECT_EQ(local->view.rows, 54u);
  EXPECT_EQ(local->view.value, local->shard.value.data());
}

}  // namespace
}  // namespace starling
