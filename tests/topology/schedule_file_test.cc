#include "topology/schedule_file.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/topology/schedule_samples.h"

namespace starling {
namespace {

std::string message_of(const std::string& text) {
  try {
    read_schedule(text);
  } catch (const GraphError& error) {
    return error.what();
  }
  return "accepted";
}

auto bits(const DirectedMatrix& w) { return std::tuple(w.graph.arc_list(), w.weights, w.diagonal); }

TEST(ScheduleFile, GivesEveryScheduleBackToTheBit) {
  for (const auto& sample : schedule_samples()) {
    const auto schedule = sample.make();
    const std::uint64_t rounds = schedule->period().value_or(6);
    const std::string text = write_schedule(*schedule, rounds, "kind " + sample.kind);
    ASSERT_TRUE(is_schedule_text(text));
    const auto read = read_schedule(text);
    ASSERT_EQ(read->nodes(), schedule->nodes());
    for (std::uint64_t t = 0; t < rounds; ++t)
      ASSERT_TRUE(bits(read->round(t)) == bits(schedule->round(t))) << sample.text() << " " << t;
    if (schedule->period()) {
      EXPECT_EQ(read->period(), schedule->period()) << sample.text();
      EXPECT_EQ(read->symmetric(), schedule->symmetric()) << sample.text();
    }
    EXPECT_EQ(write_schedule(*read, rounds, "kind " + sample.kind), text);
  }
}

TEST(ScheduleFile, WeighsAnUndirectedRoundByMetropolisAndABalancedDirectedOneByItsDegree) {
  const auto path = read_schedule("# nodes 4\n# round 0\n0 1\n2 1\n# round 1\n\n# round 2\n2 3\n");
  EXPECT_EQ(path->period(), 3u);
  EXPECT_TRUE(path->symmetric());
  EXPECT_DOUBLE_EQ(dense(path->round(0))(1, 0), 1.0 / 3);
  EXPECT_DOUBLE_EQ(dense(path->round(0))(3, 3), 1);
  EXPECT_EQ(dense(path->round(1)), Matrix::Identity(4, 4));
  EXPECT_DOUBLE_EQ(dense(path->round(2))(2, 3), 0.5);
  EXPECT_EQ(dense(path->round(3 + 2)), dense(path->round(2)));
  const auto cycle = read_schedule("# nodes 3\n# directed true\n# round 0\n0 1\n1 2\n2 0\n");
  EXPECT_FALSE(cycle->symmetric());
  EXPECT_EQ(dense(cycle->round(0))(1, 0), 0.5);  // 0 sends to 1
  EXPECT_EQ(dense(cycle->round(0))(0, 1), 0);
}

TEST(ScheduleFile, FindsOutThatAListedScheduleIsExact) {
  GraphParameters parameters = of_nodes(7);
  const auto base = make_schedule("base_graph", parameters);
  const auto read = read_schedule(write_schedule(*base, *base->period()));
  EXPECT_EQ(schedule_rate(*read).exact_after, schedule_rate(*base).exact_after);
  const auto slow = read_schedule("# nodes 3\n# round 0\n0 1 0.25\n# round 1\n1 2 0.25\n");
  EXPECT_EQ(schedule_rate(*slow).exact_after, std::nullopt);
  EXPECT_GT(schedule_rate(*slow).per_round, 0.5);
}

TEST(ScheduleFile, NamesTheLineAndTheRoundOfEveryMistake) {
  const std::string head = "# nodes 4\n# round 0\n0 1\n";
  EXPECT_EQ(message_of("# nodes 4\n0 1\n"), "line 2: an edge before the first '# round'");
  EXPECT_EQ(message_of("# nodes 4\n"), "line 1: no '# round' in this file");
  EXPECT_EQ(message_of("# round 0\n"), "line 1: '# nodes' must come before the first round");
  EXPECT_EQ(message_of("# starling topology 2\n"), "line 1: format version '2'; allowed: 1");
  EXPECT_EQ(message_of("# nodes 0\n"), "line 1: nodes = 0; allowed: 1..10000000");
  EXPECT_EQ(message_of("# directed maybe\n"), "line 1: directed 'maybe'; allowed: true false");
  EXPECT_EQ(message_of(head + "# round 2\n"),
            "line 4: round 0: '# round 2'; allowed: # round 1, rounds count up from 0");
  EXPECT_EQ(message_of(head + "# directed true\n"),
            "line 4: round 0: '# directed' belongs before the first round");
  EXPECT_EQ(message_of(head + "# nodes 5\n"),
            "line 4: round 0: the number of nodes is given twice");
  EXPECT_EQ(message_of(head + "# round 1\n2\n"),
            "line 5: round 1: one word; allowed: u v [weight]");
  EXPECT_EQ(message_of(head + "2 x\n"), "line 4: round 0: 'x' is not a node number");
  EXPECT_EQ(message_of(head + "2 4\n"), "line 4: round 0: node 4 is out of range; allowed: 0..3");
  EXPECT_EQ(message_of(head + "2 2\n"),
            "line 4: round 0: edge 2 2 is a loop; w_ii is what is left to one");
  EXPECT_EQ(message_of(head + "1 0\n"), "line 4: round 0: edge 0 1 stands already in line 3");
  EXPECT_EQ(message_of(head + "2 3 0.5\n"),
            "line 4: round 0: a weight, where earlier lines of the round have none");
  EXPECT_EQ(message_of("# nodes 3\n# round 0\n0 1 nan\n"),
            "line 3: round 0: 'nan' is not a weight; allowed: a finite number");
  EXPECT_EQ(message_of("# nodes 3\n# round 0\n0 1 0.5 7\n"),
            "line 3: round 0: more than three words; allowed: u v [weight]");
}

TEST(ScheduleFile, RefusesADirectedRoundThatWouldNotKeepTheMean) {
  const std::string head = "# nodes 3\n# directed true\n# round 0\n0 1\n1 2\n2 0\n# round 1\n";
  EXPECT_EQ(message_of(head + "0 1\n1 0\n"), "accepted");
  EXPECT_EQ(message_of(head + "0 1\n"),
            "line 7: round 1: node 0 receives from 0 and sends to 1; allowed without weights: as "
            "many");
  EXPECT_EQ(message_of(head + "0 1 0.25\n1 2 0.25\n2 0 0.25\n"), "accepted");
  EXPECT_EQ(message_of(head + "0 1 0.25\n1 2 0.75\n2 0 0.25\n"),
            "line 7: round 1: node 1 takes weights of 0.25 in all and gives 0.75; allowed: equal "
            "sums, for the mean to be kept");
}

TEST(ScheduleFile, IsToldFromAnEdgeList) {
  EXPECT_TRUE(is_schedule_text("# nodes 3\n# round 0\n"));
  EXPECT_FALSE(is_schedule_text("# nodes 3\n0 1\n# round about way\n# round\n"));
}

}  // namespace
}  // namespace starling
