// Every partition deals out every row exactly once; each rule keeps its own promise.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "node/data/data.h"
#include "node/error.h"
#include "tests/node/temporary_folder.h"
#include "topology/random.h"

namespace starling {
namespace {

using Shards = std::vector<std::vector<std::uint64_t>>;

Dataset labelled_rows(std::uint64_t rows, std::uint64_t classes) {
  RandomStream random(3, Purpose::test);
  Dataset data;
  data.columns = 1;
  data.classes = classes;
  for (std::uint64_t row = 0; row <= rows; ++row) data.row_begin.push_back(row);
  for (std::uint64_t row = 0; row < rows; ++row) {
    data.value.push_back(1);
    data.label.push_back(static_cast<double>(random.below(classes)));
  }
  return data;
}

std::string groups_file(const TemporaryFolder& folder, std::uint64_t rows, std::uint64_t groups) {
  std::string text;
  for (std::uint64_t row = 0; row < rows; ++row) text += "g" + std::to_string(row % groups) + "\n";
  return folder.write_gzip("groups.gz", text);
}

void expect_every_row_once(const Shards& shards, std::uint64_t rows, std::uint32_t nodes) {
  ASSERT_EQ(shards.size(), nodes);
  std::vector<int> owners(rows);
  for (const auto& shard : shards) {
    EXPECT_FALSE(shard.empty());
    EXPECT_TRUE(std::is_sorted(shard.begin(), shard.end()));
    for (const std::uint64_t row : shard) {
      ASSERT_LT(row, rows);
      ++owners[row];
    }
  }
  EXPECT_EQ(std::count(owners.begin(), owners.end(), 1), static_cast<std::ptrdiff_t>(rows));
}

TEST(EveryPartition, GivesEveryRowToExactlyOneNodeAndNoNodeNothing) {
  const TemporaryFolder folder;
  for (const std::uint64_t rows : {1u, 8u, 57u, 1000u})
    for (const std::uint32_t nodes : {1u, 2u, 5u, 8u}) {
      if (rows < nodes) continue;
      const Dataset data = labelled_rows(rows, 3);
      const auto groups = "groups:" + groups_file(folder, rows, std::min<std::uint64_t>(rows, 11));
      for (const std::string& rule :
           {std::string("iid"), std::string("contiguous"), std::string("sorted"),
            std::string("dirichlet:0.1"), std::string("dirichlet:100"),
            std::string("dirichlet:1e-6"), std::string("sizes:powerlaw"), groups}) {
        SCOPED_TRACE(rule + " rows=" + std::to_string(rows) + " nodes=" + std::to_string(nodes));
        const Shards shards = partition_rows(data, rule, nodes, 5);
        expect_every_row_once(shards, rows, nodes);
        EXPECT_EQ(shards, partition_rows(data, rule, nodes, 5)) << "the same on every node";
      }
    }
}

TEST(EveryPartition, FollowsTheSeedWhereItIsRandom) {
  const Dataset data = labelled_rows(100, 3);
  for (const char* rule : {"iid", "dirichlet:1", "sizes:powerlaw"})
    EXPECT_NE(partition_rows(data, rule, 4, 1), partition_rows(data, rule, 4, 2)) << rule;
  for (const char* rule : {"contiguous", "sorted"})
    EXPECT_EQ(partition_rows(data, rule, 4, 1), partition_rows(data, rule, 4, 2)) << rule;
}

TEST(Partition, IidAndContiguousSizesDifferByOneAtMost) {
  const Dataset data = labelled_rows(58, 2);
  for (const char* rule : {"iid", "contiguous", "sorted"})
    for (const auto& shard : partition_rows(data, rule, 7, 1)) {
      EXPECT_GE(shard.size(), 8u);
      EXPECT_LE(shard.size(), 9u);
    }
}

TEST(Partition, ContiguousShardsAreRangesInOrder) {
  std::uint64_t next = 0;
  for (const auto& shard : partition_rows(labelled_rows(58, 2), "contiguous", 7, 1))
    for (const std::uint64_t row : shard) EXPECT_EQ(row, next++);
}

TEST(Partition, SortedShardsHoldRunsOfLabels) {
  const Dataset data = labelled_rows(60, 3);
  double last = 0;
  for (const auto& shard : partition_rows(data, "sorted", 6, 1)) {
    double low = 9, high = 0;
    for (const std::uint64_t row : shard) {
      low = std::min(low, data.label[row]);
      high = std::max(high, data.label[row]);
    }
    EXPECT_GE(low, last);
    last = high;
  }
}

// The spread of a class over the nodes falls as A grows: to even shares, up from one node.
TEST(Partition, DirichletConcentrationSetsTheSkew) {
  const Dataset data = labelled_rows(4000, 4);
  const auto largest_share = [&](const char* rule) {
    double sum = 0;
    const Shards shards = partition_rows(data, rule, 8, 2);
    for (double c = 0; c < 4; ++c) {
      std::vector<double> counts;
      for (const auto& shard : shards)
        counts.push_back(static_cast<double>(std::count_if(
            shard.begin(), shard.end(), [&](std::uint64_t row) { return data.label[row] == c; })));
      sum += *std::max_element(counts.begin(), counts.end()) /
             std::accumulate(counts.begin(), counts.end(), 0.0) / 4;
    }
    return sum;
  };
  EXPECT_LT(largest_share("dirichlet:10000"), 0.14);  // 1/8 and a little
  EXPECT_GT(largest_share("dirichlet:1"), 0.2);
  EXPECT_GT(largest_share("dirichlet:0.05"), 0.6);
}

TEST(Partition, GroupsStayTogetherAndSizesStayEven) {
  const TemporaryFolder folder;
  const Dataset data = labelled_rows(120, 2);
  const auto shards = partition_rows(data, "groups:" + groups_file(folder, 120, 12), 4, 1);
  std::vector<int> owner(12, -1);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(shards[static_cast<std::size_t>(i)].size(), 30u);  // three groups of ten each
    for (const std::uint64_t row : shards[static_cast<std::size_t>(i)]) {
      EXPECT_TRUE(owner[row % 12] == -1 || owner[row % 12] == i);
      owner[row % 12] = i;
    }
  }
}

TEST(Partition, PowerLawSizesFallLikeTheHarmonicSeries) {
  std::vector<std::size_t> sizes;
  for (const auto& shard : partition_rows(labelled_rows(10000, 2), "sizes:powerlaw", 8, 1))
    sizes.push_back(shard.size());
  std::sort(sizes.rbegin(), sizes.rend());
  for (std::size_t rank = 1; rank <= 8; ++rank)  // H_8 = 2.717857...
    EXPECT_NEAR(static_cast<double>(sizes[rank - 1]),
                1 + 9992 / 2.717857142857143 / static_cast<double>(rank), 1.01);
}

void expect_refused(const Dataset& data, const std::string& rule, std::uint32_t nodes,
                    std::string_view part) {
  try {
    partition_rows(data, rule, nodes, 1);
    ADD_FAILURE() << rule << " was accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string_view(error.what()).find(part), std::string_view::npos) << error.what();
  }
}

TEST(Partition, RefusesWhatCannotBeDealt) {
  const TemporaryFolder folder;
  const Dataset data = labelled_rows(10, 2);
  expect_refused(data, "iid", 11, "10 rows, fewer than 11 nodes");
  expect_refused(data, "iid", 0, "no nodes");
  expect_refused(data, "idd", 2, "did you mean 'iid'");
  expect_refused(data, "dirichlet:0", 2, "dirichlet:A needs a number");
  expect_refused(data, "dirichlet:", 2, "dirichlet:A needs a number");
  expect_refused(data, "sizes:even", 2, "sizes:powerlaw");
  expect_refused(data, "groups:" + folder.path() + "/none", 2, "No such file");
  expect_refused(data, "groups:" + groups_file(folder, 9, 3), 2, "9 lines for data of 10 rows");
  expect_refused(data, "groups:" + groups_file(folder, 11, 3), 2, "more lines than");
  expect_refused(data, "groups:" + groups_file(folder, 10, 3), 4, "3 groups, fewer than 4 nodes");
  expect_refused(data, "groups:" + folder.write("gap", "a\n\nb\n"), 2, "gap:2: names no group");
  Dataset bare = data;
  bare.label.clear();
  bare.classes = 0;
  expect_refused(bare, "sorted", 2, "no labels");
  expect_refused(bare, "dirichlet:1", 2, "no classes");
}

}  // namespace
}  // namespace starling
