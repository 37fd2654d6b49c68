// Shards of absent nodes have one owner each, the same for all, and only they ever move.

#include "node/data/adoption.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

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

}  // namespace
}  // namespace starling
