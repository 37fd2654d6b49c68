#include "node/views/facts.h"

#include <gtest/gtest.h>

#include "node/links/network_rules.h"
#include "node/links/silence.h"
#include "topology/random.h"

namespace starling {
namespace {

Graph ring(NodeId nodes) {
  std::vector<Edge> edges;
  for (NodeId i = 0; i < nodes; ++i)
    edges.push_back({std::min(i, (i + 1) % nodes), std::max(i, (i + 1) % nodes)});
  return Graph::from_edges(nodes, edges);
}

// Floods need no order: any two orders of the same facts end in the same state.
TEST(Facts, MergeInAnyOrderToTheSameView) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    RandomStream draw(seed, Purpose::test);
    std::vector<std::pair<std::size_t, EdgeFact>> facts;
    for (int i = 0; i < 40; ++i)
      facts.push_back({draw.below(6),
                       {static_cast<std::uint32_t>(draw.below(9)),
                        static_cast<Cause>(draw.below(4)), draw.below(5)}});
    Facts one(ring(6)), other(ring(6));
    for (const auto& [edge, fact] : facts) one.merge_edge(edge, fact);
    shuffle(facts, draw);
    for (const auto& [edge, fact] : facts) other.merge_edge(edge, fact);
    for (const auto& [edge, fact] : facts)
      EXPECT_FALSE(other.merge_edge(edge, fact)) << "nothing new is learned twice";
    for (NodeId i = 0; i < 6; ++i) EXPECT_EQ(one.view(i).id, other.view(i).id);
    for (std::size_t e = 0; e < 6; ++e) EXPECT_EQ(one.edge(e), other.edge(e));
  }
}

TEST(Facts, NoViewIdReturnsWhileCountersGrow) {
  Facts facts(ring(5));
  std::vector<std::uint64_t> seen{facts.view(0).id};
  for (std::uint32_t counter = 2; counter < 40; ++counter) {
    facts.merge_edge(counter % 5, {counter, Cause::none, 0});
    const View view = facts.view(0);
    const auto [u, v] = facts.edges()[counter % 5];
    if (!view.holds(u) && !view.holds(v) && view.id == seen.back()) continue;  // not of our view
    EXPECT_EQ(std::count(seen.begin(), seen.end(), view.id), 0);
    seen.push_back(view.id);
  }
  EXPECT_GT(seen.size(), 10u);
}

// A late STATE must not bring back the record of a view that is gone.
TEST(Facts, OfTwoRecordsTheLaterViewsStays) {
  Facts facts(ring(4));
  const Prepared older{facts.view(0).id, facts.age(), 0, false, {}};
  facts.merge_edge(0, {2, Cause::none, 0});
  const Prepared newer{facts.view(0).id, facts.age(), 0, false, {}};
  EXPECT_TRUE(facts.merge_prepared(1, newer));
  EXPECT_FALSE(facts.merge_prepared(1, older));
  EXPECT_EQ(facts.prepared(1)->view, newer.view);
}

using Members = std::vector<NodeId>;

// Two parts that never met: the edge between them exists from the day it is up.
TEST(Facts, AHealEdgeThatIsDownIsNoPartOfAView) {
  Facts facts(ring(6));
  for (std::size_t e = 0; e < 6; ++e) facts.merge_edge(e, {2, Cause::none, 0});
  facts.merge_edge(facts.edge_index(0, 1), {3, Cause::closed, 9});
  facts.merge_edge(facts.edge_index(3, 4), {3, Cause::closed, 9});
  const View apart = facts.view(0);
  EXPECT_EQ(apart.members, (Members{0, 4, 5}));
  facts.add_heal_edge({0, 2});
  EXPECT_EQ(facts.view(0).id, apart.id);
  facts.merge_edge(facts.edge_index(0, 2), {2, Cause::none, 0});
  const View together = facts.view(0);
  EXPECT_EQ(together.size(), 6u);
  EXPECT_TRUE(together.graph.adjacent(0, 2));
}

// Of two records of a node the older view's is dropped: so no two views may be of one age.
TEST(Facts, WhateverGivesTheViewAnotherIdMakesItOlder) {
  Facts facts(ring(6));
  for (std::size_t e = 0; e < 6; ++e) facts.merge_edge(e, {2, Cause::none, 0});
  const Graph chord = Graph::from_edges(6, {{0, 2}});
  facts.add_edges(chord);  // of a switch to come, once up
  facts.merge_edge(facts.edge_index(0, 2), {3, Cause::closed, 9});
  View view = facts.view(0);
  std::uint64_t age = facts.age();
  const auto older = [&](const char* what) {
    EXPECT_NE(facts.view(0).id, view.id) << what;
    EXPECT_GT(facts.age(), age) << what;
    view = facts.view(0);
    age = facts.age();
  };
  EXPECT_TRUE(facts.add_heal_edge({0, 2}));
  older("a known edge becomes one to heal");
  EXPECT_FALSE(facts.add_heal_edge({0, 2})) << "nothing new to tell";
  facts.apply(1);
  older("a switch");
  facts.merge_edge(facts.edge_index(3, 4), {3, Cause::closed, 9});
  older("an edge");
}

// By rank, as the mathematics knows them: the ring without its node 2 is a path.
TEST(Facts, TheGraphOfAViewIsOfItsMembersByRank) {
  Facts facts(ring(5));
  for (std::size_t e = 0; e < 5; ++e) facts.merge_edge(e, {2, Cause::none, 0});
  facts.merge_edge(facts.edge_index(1, 2), {3, Cause::closed, 9});
  facts.merge_edge(facts.edge_index(2, 3), {3, Cause::closed, 9});
  const View view = facts.view(4);
  EXPECT_EQ(view.members, (Members{0, 1, 3, 4}));
  EXPECT_EQ(view.rank(3), 2u);
  EXPECT_EQ(view.graph.edge_list(), (std::vector<Edge>{{0, 1}, {0, 3}, {2, 3}}));
  EXPECT_EQ(facts.view(1).id, view.id);
  EXPECT_NE(facts.view(2).id, view.id);
}

// Past edges stay up as facts, for nobody judges them any more.
TEST(Facts, ComponentsAreOfTheGraphInUse) {
  Facts facts(ring(4));
  const Graph star = Graph::from_edges(4, {{0, 1}, {0, 2}, {0, 3}});
  facts.add_edges(star);
  for (std::size_t e = 0; e < facts.edges().size(); ++e) facts.merge_edge(e, {2, Cause::none, 0});
  facts.require(star);
  facts.merge_edge(facts.edge_index(0, 2), {3, Cause::closed, 9});
  EXPECT_FALSE(facts.complete());
  EXPECT_EQ(facts.view(0).members, (Members{0, 1, 3}));
}

TEST(Facts, ComponentIsWhatUpEdgesReach) {
  Facts facts(ring(6));
  for (std::size_t e = 0; e < 6; ++e) facts.merge_edge(e, {2, Cause::none, 0});
  EXPECT_TRUE(facts.complete());
  facts.merge_edge(facts.edge_index(1, 2), {3, Cause::silent, 7});
  EXPECT_EQ(facts.view(0).size(), 6u) << "a ring survives one cut";
  facts.merge_edge(facts.edge_index(4, 5), {3, Cause::silent, 7});
  EXPECT_EQ(facts.view(0).members, (Members{0, 1, 5}));
}

TEST(Messages, ReadBackWhatWasWritten) {
  Greeting greeting;
  greeting.id = 3;
  greeting.instance = "0123456789abcdef0123456789abcdef";
  greeting.nonce = 0xffffffffffffffff;
  greeting.counter = 4;
  greeting.view = 0x8000000000000001;
  greeting.shared = {{"shared.name", "a \"quoted\" name"}};
  greeting.expected = {{7, 12}};
  const std::string text = encode(greeting);
  const auto back = decode_greeting(std::as_bytes(std::span(text)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->nonce, greeting.nonce);
  EXPECT_EQ(back->view, greeting.view);
  EXPECT_EQ(back->shared, greeting.shared);
  EXPECT_EQ(back->expected[0].position, 12u);

  ProbeBody probe;
  probe.number = 3;
  probe.clock_s = 1.0 / 3;
  probe.shared = greeting.shared;
  const std::string question = encode(probe);
  const auto heard = decode_probe(std::as_bytes(std::span(question)));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->clock_s, probe.clock_s);
  EXPECT_EQ(heard->shared, probe.shared);
  EXPECT_FALSE(heard->answer);

  Facts facts(ring(4));
  facts.merge_edge(1, {5, Cause::failed, 120, "no space left"});
  facts.merge_samples(2, 71);
  // Doubles travel exactly: all nodes must derive the same bits from a record.
  facts.merge_prepared(
      2, {facts.view(0).id,
          facts.age(),
          9,
          true,
          {1.0 / 3, -0.1, 7, {std::numeric_limits<double>::infinity(), 1e-3, 0.1 + 0.2, 5e-324}}});
  const std::string state = encode(state_since(facts, 0).at(0));
  const auto read = decode_state(std::as_bytes(std::span(state)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->edges[1].fact, facts.edge(1));
  ASSERT_TRUE(read->nodes[0].prepared);
  EXPECT_EQ(read->nodes[0].prepared->record.gap_2, 1.0 / 3);
  EXPECT_EQ(read->nodes[0].prepared->record.constants.smoothness,
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(read->nodes[0].prepared->record.constants.global_smoothness, 0.1 + 0.2);
  EXPECT_EQ(read->nodes[0].prepared->record.constants.global_strong_convexity, 5e-324);
}

// What one end has learned since it last told the other, merged there, leaves both with the same.
TEST(Facts, ToldOnlyWhatIsNewAreTheSameAsToldAll) {
  constexpr NodeId kNodes = 300;
  Facts here(ring(kNodes)), there(ring(kNodes));
  RandomStream draw(4, Purpose::test);
  const auto read = [&](const StateBody& sent) {
    const std::string text = encode(sent);
    EXPECT_LE(text.size(), kMostControlBytes);
    const auto body = decode_state(std::as_bytes(std::span(text)));
    ASSERT_TRUE(body);
    for (const auto& e : body->edges)
      there.merge_edge(there.edge_index(e.edge.u, e.edge.v), e.fact);
    for (const auto& n : body->nodes) {
      there.merge_samples(n.id, n.samples);
      if (n.prepared) there.merge_prepared(n.id, *n.prepared);
    }
    there.merge_late(body->late);
  };
  std::uint64_t told = 0;
  std::size_t most = 0, entries = 0;
  for (std::uint32_t round = 0; round < 20; ++round) {
    for (int i = 0; i < (round == 0 ? 2000 : 3); ++i) {
      here.merge_edge(draw.below(kNodes), {static_cast<std::uint32_t>(draw.below(40)),
                                           Cause::failed, round, std::string(kMostWords, 'w')});
      Prepared record{7, round + 1, round, true, {}};
      record.held.resize(kMostHeld, HeldSnapshot{round, ~0ull});
      const auto node = static_cast<NodeId>(draw.below(kNodes));
      here.merge_samples(node, round + 1);
      here.merge_prepared(node, record);
    }
    if (round == 10) here.merge_late(true);
    const auto bodies = state_since(here, std::exchange(told, here.learned()));
    entries = 0;
    for (const StateBody& body : bodies) {
      entries += body.edges.size() + body.nodes.size();
      read(body);
    }
    most = std::max(most, entries);
  }
  EXPECT_GT(most, kNodes);
  EXPECT_LE(entries, 6u);
  EXPECT_TRUE(there.late());
  EXPECT_TRUE(state_since(here, told).empty());
  for (std::size_t e = 0; e < kNodes; ++e) EXPECT_EQ(there.edge(e), here.edge(e));
  for (NodeId i = 0; i < kNodes; ++i) {
    EXPECT_EQ(there.samples(i), here.samples(i));
    ASSERT_EQ(there.prepared(i).has_value(), here.prepared(i).has_value());
    if (here.prepared(i)) {
      EXPECT_EQ(there.prepared(i)->age, here.prepared(i)->age);
    }
  }
}

// Of edges that no graph here has yet, what was heard is kept until one does.
TEST(Facts, KeepWhatTheyHeardOfEdgesToComeThroughOtherChanges) {
  Facts facts(ring(6));
  facts.keep_for_later({0, 2}, {4, Cause::none, 0});
  facts.keep_for_later({0, 3}, {6, Cause::none, 0});
  facts.add_edges(Graph::from_edges(6, {{0, 2}}));
  facts.add_edges(Graph::from_edges(6, {{0, 3}}));
  EXPECT_EQ(facts.edge(facts.edge_index(0, 2)).counter, 4u);
  EXPECT_EQ(facts.edge(facts.edge_index(0, 3)).counter, 6u);
}

// Others, on a graph that lacks it, have made it: on that graph it is one here, too.
TEST(Facts, AHealEdgeHeardOfWhileTheGraphHasItStaysAfterASwitch) {
  Facts facts(ring(4));
  for (std::size_t e = 0; e < 4; ++e) facts.merge_edge(e, {2, Cause::none, 0});
  EXPECT_TRUE(facts.add_heal_edge({1, 2}));
  EXPECT_FALSE(facts.add_heal_edge({1, 2}));
  const Graph star = Graph::from_edges(4, {{0, 1}, {0, 2}, {0, 3}});
  facts.add_edges(star);
  facts.require(star);
  EXPECT_TRUE(facts.required().adjacent(1, 2));
  EXPECT_FALSE(facts.required().adjacent(2, 3));
}

// It is told of the edges of a graph that it knows nothing of, and its records have to count.
TEST(Facts, ANodeStartedAgainAmidASwitchIsNoYoungerThanItsFormerLife) {
  Facts prepared(ring(6)), again(ring(6));
  prepared.add_edges(Graph::from_edges(6, {{0, 2}, {1, 4}}));
  for (const Edge& edge : prepared.edges()) {
    const std::size_t there = prepared.edge_index(edge.u, edge.v);
    prepared.merge_edge(there, {4, Cause::none, 0});
    if (again.graph().adjacent(edge.u, edge.v))
      again.merge_edge(again.edge_index(edge.u, edge.v), prepared.edge(there));
    else
      again.keep_for_later(edge, prepared.edge(there));
  }
  EXPECT_EQ(again.view(0).id, prepared.view(0).id);
  EXPECT_EQ(again.age(), prepared.age());
}

TEST(Messages, RefuseEveryTruncationAndWrongType) {
  const std::string text = encode(Greeting{});
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(decode_greeting(std::as_bytes(std::span(text.data(), size)))) << size;
  for (const char* bad :
       {"[]", "{\"id\":-1}", "{\"id\":1e3}", "null", "{\"code\":300,\"reason\":\"x\"}",
        "{\"code\":2,\"reason\":5}", "{\"edges\":[[0,1]],\"nodes\":[]}",
        "{\"edges\":[[0,1,2,9,0]],\"nodes\":[]}",
        "{\"edges\":{},\"nodes\":[{\"id\":4294967296}]}"}) {
    const auto bytes = std::as_bytes(std::span(bad, std::string_view(bad).size()));
    EXPECT_FALSE(decode_greeting(bytes)) << bad;
    EXPECT_FALSE(decode_refusal(bytes)) << bad;
    EXPECT_FALSE(decode_state(bytes)) << bad;
    EXPECT_FALSE(decode_done(bytes)) << bad;
    EXPECT_FALSE(decode_probe(bytes)) << bad;
  }
  const std::string deep(60'000, '[');
  EXPECT_FALSE(decode_greeting(std::as_bytes(std::span(deep))))
      << "nesting ends in a value, not in the stack's end";
}

TEST(Messages, MismatchNamesTheKeyAndBothValues) {
  Greeting theirs;
  theirs.id = 5;
  theirs.shared = {{"shared.name", "a"}, {"shared.algorithm.kind", "\"mudag\""}};
  const auto refusal =
      compare_shared(2, {{"shared.name", "a"}, {"shared.algorithm.kind", "\"extra\""}}, theirs);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason,
            "configurations differ: shared.algorithm.kind is \"extra\" on node 2 and \"mudag\" on "
            "node 5");
  EXPECT_TRUE(is_mismatch(*refusal));
  EXPECT_FALSE(compare_shared(2, theirs.shared, theirs));
  const auto stranger = compare_shared(2, {{"shared.name", "b"}}, theirs);
  ASSERT_TRUE(stranger);
  EXPECT_FALSE(is_mismatch(*stranger)) << "another cluster's node must not end ours";
}

TEST(Silence, LimitFollowsTheGapsWithinGrace) {
  using std::chrono::milliseconds, std::chrono::seconds;
  Silence fast, slow;
  for (int i = 1; i <= 100; ++i) fast.heard(milliseconds(1) * i);
  for (int i = 1; i <= 100; ++i)
    slow.heard(seconds(3) * i + seconds(i / 8));  // 3 s, every eighth 4 s
  EXPECT_EQ(fast.limit(seconds(1), seconds(30)), seconds(1)) << "never below grace";
  EXPECT_EQ(slow.limit(seconds(1), seconds(30)), seconds(3)) << "median 3 s, MAD 0";
  EXPECT_EQ(slow.limit(seconds(1), seconds(2)), seconds(2)) << "never above grace_max";
}

TEST(Silence, TimeThisNodeSleptIsNotCounted) {
  using std::chrono::seconds;
  Silence link;
  link.heard(seconds(10));
  link.forgive(seconds(20), seconds(31));
  EXPECT_EQ(link.silent_for(seconds(31)), seconds(1));
  EXPECT_EQ(link.heard_at(), seconds(10)) << "forgiven, not heard";
  link.heard(seconds(52));  // the first thing read after another sleep of 20 s
  link.forgive(seconds(20), seconds(52));
  EXPECT_EQ(link.silent_for(seconds(53)), seconds(1)) << "never moved into the future";
}

}  // namespace
}  // namespace starling
