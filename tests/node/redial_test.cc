#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "node/links/network.h"
#include "topology/generators.h"

namespace starling::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Two nodes, wires between them and a clock that moves when told to.
class Wires {
 public:
  struct End final : Transport {
    Wires* wires = nullptr;
    std::size_t side = 0;
    struct Event {
      ConnectionId connection = 0;
      enum { kOpened, kClosed, kFrame } kind = kFrame;
      std::vector<std::byte> bytes;
    };
    std::deque<Event> inbox;

    Instant now() const override { return wires->time; }
    ConnectionId dial(const std::string&) override {
      const ConnectionId made = ++wires->made;
      wires->dials.push_back(wires->time);
      inbox.push_back({made, wires->refusing ? Event::kClosed : Event::kOpened, {}});
      return made;
    }
    void close(ConnectionId connection) override {
      if (!wires->stalled.contains(connection) && !wires->all_stalled)
        wires->ends[1 - side].inbox.push_back({connection, Event::kClosed, {}});
    }
    bool send(ConnectionId connection, std::span<const std::byte> head,
              const SharedBytes*) override {
      if (wires->first_words.empty()) wires->first_words = {head.begin(), head.end()};
      if (!wires->stalled.contains(connection) && !wires->all_stalled)
        wires->ends[1 - side].inbox.push_back(
            {connection, Event::kFrame, {head.begin(), head.end()}});
      return true;
    }
    void poll(Instant, TransportEvents& events) override {
      for (; !inbox.empty(); inbox.pop_front()) {
        const Event& event = inbox.front();
        if (event.kind == Event::kOpened) events.opened(event.connection);
        if (event.kind == Event::kClosed) events.closed(event.connection, "refused");
        if (event.kind != Event::kFrame) continue;
        auto bytes = std::make_shared<std::vector<std::byte>>(event.bytes);
        events.received(event.connection, {bytes->data(), bytes->size(), bytes}, {});
      }
    }
    void wake() override {}
  };

  Wires() {
    for (std::size_t side : {0u, 1u}) {
      ends[side].wires = this;
      ends[side].side = side;
    }
  }

  std::array<End, 2> ends;
  Instant time{seconds(1)};
  ConnectionId made = 0;
  std::vector<std::byte> first_words;  // the first frame sent
  std::vector<Instant> dials;
  bool refusing = false, all_stalled = false;
  std::set<ConnectionId> stalled;  // nothing passes, and nobody is told
};

class TwoNodes : public ::testing::Test {
 protected:
  TwoNodes() {
    for (NodeId i : {0u, 1u}) {
      NetworkOptions options;
      options.self = i;
      options.instance = std::string(32, static_cast<char>('a' + i));
      options.endpoints = {"zero", "one"};
      networks.push_back(std::make_unique<Network>(options, facts[i], wires.ends[i]));
      networks.back()->start();
    }
  }
  static Graph pair() {
    GraphParameters parameters;
    parameters.nodes = 2;
    return make_graph("complete", parameters);
  }
  void run(Instant length) {
    for (const Instant end = wires.time + length; wires.time < end;) {
      wires.time += milliseconds(10);
      for (auto& network : networks) network->pump(Instant(0));
    }
  }
  void meet() {
    run(seconds(5));  // so that the gaps between arrivals are those of beats
    ASSERT_TRUE(networks[0]->in_session(1) && networks[1]->in_session(0));
    ASSERT_TRUE(facts[0].edge(0).up() && facts[1].edge(0).up());
    wires.dials.clear();
  }

  Wires wires;
  std::array<Facts, 2> facts{Facts(pair()), Facts(pair())};
  std::vector<std::unique_ptr<Network>> networks;
};

TEST_F(TwoNodes, ACutLinkIsDialledManyTimesWithinItsGraceAndALostOneLessAndLessOften) {
  meet();
  wires.refusing = true;
  for (std::size_t side : {0u, 1u})
    wires.ends[side].inbox.push_back({wires.made, Wires::End::Event::kClosed, {}});
  run(milliseconds(790));
  // A cut that ends at any moment is noticed a fifth of the grace later, at the latest.
  ASSERT_GE(wires.dials.size(), 5u);
  for (std::size_t k = 1; k < wires.dials.size(); ++k)
    EXPECT_LE(wires.dials[k] - wires.dials[k - 1], milliseconds(200)) << k;
  EXPECT_TRUE(facts[0].edge(0).up());
  run(seconds(60));
  EXPECT_FALSE(facts[0].edge(0).up());
  EXPECT_EQ(facts[0].edge(0).cause, Cause::closed);
  EXPECT_GT(wires.dials.back() - wires.dials[wires.dials.size() - 2], seconds(3));
}

TEST_F(TwoNodes, AConnectionThatCarriesNothingIsReplacedBeforeTheEdgeIsDown) {
  meet();
  const EdgeFact before = facts[0].edge(0);
  wires.stalled.insert(wires.made);
  run(milliseconds(900));
  EXPECT_EQ(wires.dials.size(), 1u);
  run(seconds(5));
  EXPECT_TRUE(networks[0]->in_session(1) && networks[1]->in_session(0));
  EXPECT_EQ(facts[0].edge(0), before);
  EXPECT_EQ(networks[0]->drops().at("a session ended: silent"), 1u);
}

TEST_F(TwoNodes, ANodeThatSaysNothingOnAnyConnectionIsSilentAfterItsGrace) {
  meet();
  wires.all_stalled = true;
  run(milliseconds(750));
  EXPECT_TRUE(facts[0].edge(0).up());
  run(milliseconds(500));
  for (std::size_t side : {0u, 1u}) {
    EXPECT_FALSE(facts[side].edge(0).up());
    EXPECT_EQ(facts[side].edge(0).cause, Cause::silent);
  }
}

TEST_F(TwoNodes, AHelloSaidAgainIsRefusedAndEndsNoSession) {
  meet();
  wires.ends[1].inbox.push_back({99, Wires::End::Event::kFrame, wires.first_words});
  run(milliseconds(300));
  EXPECT_EQ(networks[1]->drops().at("a HELLO said before"), 1u);
  EXPECT_TRUE(wires.dials.empty());
  EXPECT_TRUE(networks[0]->in_session(1) && networks[1]->in_session(0));
}

// All of a view's PREPARED have arrived at one of two and are on their way to the other.
class TwoNodesOfWhichOneHasBegun : public TwoNodes, public ::testing::WithParamInterface<NodeId> {};
INSTANTIATE_TEST_SUITE_P(First, TwoNodesOfWhichOneHasBegun, ::testing::Values(0u, 1u));

TEST_P(TwoNodesOfWhichOneHasBegun, ResumeACutSessionAndLeaveTheEdgeUp) {
  meet();
  const EdgeFact before = facts[0].edge(0);
  for (auto& network : networks) network->expect_view(7);
  networks[GetParam()]->begin_view(7);
  networks[0]->end_session(1, "cut by the test");
  run(seconds(1));
  EXPECT_TRUE(networks[0]->in_session(1) && networks[1]->in_session(0));
  EXPECT_EQ(facts[0].edge(0), before);
  EXPECT_EQ(facts[1].edge(0), before);
}

}  // namespace
}  // namespace starling::testing
