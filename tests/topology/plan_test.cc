// Figures with units, links, and the time of a gossip step by hand.
#include <gtest/gtest.h>

#include "topology/generators.h"
#include "topology/plan/gossip_time.h"
#include "topology/plan/units.h"

namespace starling {
namespace {

TEST(Units, ReadAsWritten) {
  const std::pair<const char*, double> seconds[] = {{"0", 0},        {"2e-3", 2e-3},  {"2ms", 2e-3},
                                                    {"50us", 50e-6}, {"800ns", 8e-7}, {"1.5s", 1.5},
                                                    {"2min", 120},   {".5ms", 5e-4}};
  for (const auto& [text, value] : seconds)
    EXPECT_NEAR(parse_seconds(text).value_or(-1), value, 1e-15 * value) << text;
  const std::pair<const char*, double> bandwidths[] = {
      {"1e9", 1e9},        {"10Gbit", 1.25e9},  {"10Gbit/s", 1.25e9}, {"1.25GB", 1.25e9},
      {"100Mbit", 12.5e6}, {"1GiB/s", 1 << 30}, {"8bit", 1},          {"5kB", 5000},
      {"2KiB", 2048},      {"3TB", 3e12},       {"7B/s", 7}};
  for (const auto& [text, value] : bandwidths)
    EXPECT_NEAR(parse_bytes_per_second(text).value_or(-1), value, 1e-15 * value) << text;
}

TEST(Units, RefuseWhatIsNoFigure) {
  for (const char* text : {"", "ms", "-1ms", "1 ms", "1m", "1MS", "1e999", "nan", "2ms3", "0x10"})
    EXPECT_FALSE(parse_seconds(text)) << text;
  for (const char* text :
       {"", "0", "-1", "10G", "10gbit", "10Xbit", "10Gbit/m", "GB", "1kib", "inf", "10Gb"})
    EXPECT_FALSE(parse_bytes_per_second(text)) << text;
}

TEST(LinkMatrix, ReadsRowsWithCommentsAndNamesTheLine) {
  const auto read = [](const char* text) { return read_link_matrix(text, 3, parse_seconds); };
  const std::vector<double> expected{0, 1e-3, 2e-3, 3e-3, 0, 4e-3, 5e-3, 6e-3, 0};
  EXPECT_EQ(read("# from row to column\n- 1ms 2ms\n3ms, -, 4ms # comment\n\n5e-3 6e-3 0\n"),
            expected);
  const auto complaint = [&](const char* text) -> std::string {
    try {
      read(text);
    } catch (const GraphError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(complaint("- 1ms 2ms\n3ms - fast\n"), "line 2: 'fast' is no such figure");
  EXPECT_EQ(complaint("- 1ms\n"), "line 1: 2 figures; allowed: one per node, 3");
  EXPECT_EQ(complaint("- 1 1\n1 - 1\n"), "2 rows; allowed: one per node, 3");
}

Graph graph(const char* kind, NodeId n) {
  GraphParameters parameters;
  parameters.nodes = n;
  return make_graph(kind, parameters);
}

// Nodes that cost nothing themselves, alone on their machines.
Machines free_machines() {
  Machines machines;
  machines.gossip_s = machines.message_s = machines.byte_s = 0;
  return machines;
}

TEST(GossipTime, NeighborsShareANodesCard) {
  const Links links{8, {1e-3}, {1e6}};
  GossipLoad load;
  load.bytes = 500;
  // Two messages of 500 bytes over 10^6 bytes per second, then the way.
  EXPECT_DOUBLE_EQ(gossip_time(graph("ring", 8), links, free_machines(), load).period, 2e-3);
  EXPECT_DOUBLE_EQ(gossip_time(graph("complete", 8), links, free_machines(), load).period, 4.5e-3);
  Machines half = free_machines();
  half.full_duplex = false;
  EXPECT_DOUBLE_EQ(gossip_time(graph("ring", 8), links, half, load).period, 3e-3);
  // A star's hub sends seven, a leaf one, by turns; the hub alone cannot be faster than its seven.
  EXPECT_DOUBLE_EQ(gossip_time(graph("star", 8), links, free_machines(), load).period, 3.5e-3);
  EXPECT_DOUBLE_EQ(gossip_time(graph("star", 8), {8, {2e-3}, {1e6}}, free_machines(), load).period,
                   4e-3);
}

TEST(GossipTime, PiecesHideTheLatencyAndTheWindowBoundsThem) {
  const Links links{8, {1e-3}, {1e6}};
  GossipLoad load;
  load.bytes = 10'000;
  load.window = 1e9;
  EXPECT_DOUBLE_EQ(gossip_time(graph("ring", 8), links, free_machines(), load).period, 21e-3);
  load.pieces = 10;
  EXPECT_DOUBLE_EQ(gossip_time(graph("ring", 8), links, free_machines(), load).period, 20e-3);
  load.window = 500;  // twenty windows, each there and back
  EXPECT_DOUBLE_EQ(gossip_time(graph("ring", 8), links, free_machines(), load).period, 40e-3);
}

TEST(GossipTime, TheSlowestLinkOfAMatrixSetsThePace) {
  std::vector<double> latency(16, 1e-3);
  latency[0 * 4 + 1] = 9e-3;  // from 0 to 1, back in 1 ms: 5 ms on the mean
  const Links links{4, latency, {1e12}};
  EXPECT_NEAR(gossip_time(graph("ring", 4), links, free_machines(), {}).period, 5e-3, 1e-12);
  EXPECT_NEAR(gossip_time(graph("path", 4), links, free_machines(), {}).period, 5e-3, 1e-12);
  std::vector<double> other(16, 1e-3);
  other[0 * 4 + 2] = other[2 * 4 + 0] = 9e-3;  // no edge of the ring
  EXPECT_NEAR(gossip_time(graph("ring", 4), {4, other, {1e12}}, free_machines(), {}).period, 1e-3,
              1e-12);
}

TEST(GossipTime, NodesOnOneMachineShareItsCoresAndNeedNoCard) {
  Machines machines = free_machines();
  machines.message_s = 1e-3;
  const Links links{8, {1}, {1}};
  machines.processes = 1;
  GossipLoad load;
  const GossipTime apart = gossip_time(graph("ring", 8), {8, {0}, {1e12}}, machines, load);
  EXPECT_NEAR(apart.period, 2e-3, 1e-9);
  machines.processes = 8;
  machines.cores = 2;
  const GossipTime together = gossip_time(graph("ring", 8), links, machines, load);
  EXPECT_DOUBLE_EQ(together.period, 8e-3);  // 16 messages over two cores
  EXPECT_DOUBLE_EQ(together.work, 16e-3);
  machines.cores = 64;  // no node is faster than its own thread
  EXPECT_DOUBLE_EQ(gossip_time(graph("ring", 8), links, machines, load).period, 2e-3);
}

}  // namespace
}  // namespace starling
