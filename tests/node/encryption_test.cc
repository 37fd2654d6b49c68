// Encrypted transports: who gets in, who is whom, and what strangers learn.
#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <zmq.hpp>

#include "tests/node/transport_ends.h"

namespace starling {
namespace {

const std::string kAnyPort = "tcp://127.0.0.1:*";

ZmqOptions keyed(const KeyPair& own, std::vector<KeyBook::Entry> nodes) {
  ZmqOptions options = patient();
  options.keys = KeyBook{own, std::move(nodes)};
  return options;
}

// Node 0 listens; nodes 1 and 2 may dial it. Node 0's address is known only once it listens.
class Encrypted : public testing::Test {
 protected:
  Encrypted() : listener(kAnyPort, keyed(own[0], book("", {own[0].public_key}))) {}

  std::vector<KeyBook::Entry> book(const std::string& endpoint,
                                   std::vector<std::string> of_node_0) {
    return {{0, endpoint, std::move(of_node_0)},
            {1, "tcp://127.0.0.1:1", {own[1].public_key}},
            {2, "tcp://127.0.0.1:2", {own[2].public_key}}};
  }
  const std::string& at() { return listener.transport.bound_endpoint(); }
  std::unique_ptr<End> dialler(const KeyPair& pair, std::vector<std::string> of_node_0) {
    return std::make_unique<End>("", keyed(pair, book(at(), std::move(of_node_0))));
  }
  std::unique_ptr<End> dialler(const KeyPair& pair) { return dialler(pair, {own[0].public_key}); }

  // Dials and says one frame; the listener's name for the connection.
  ConnectionId introduce(End& from, ConnectionId& out) {
    const std::size_t before = listener.journal.frames.size();
    out = from.transport.dial(at());
    EXPECT_TRUE(until({&listener, &from}, [&] { return from.journal.is_open(out); }));
    EXPECT_TRUE(from.transport.send(out, pattern(64, 1), nullptr));
    EXPECT_TRUE(until({&listener, &from}, [&] { return listener.journal.frames.size() > before; }));
    return listener.journal.frames.back().connection;
  }
  // Dials in vain; the reason given.
  std::string refused(End& from) {
    const ConnectionId out = from.transport.dial(at());
    EXPECT_TRUE(until({&listener, &from}, [&] { return from.journal.is_closed(out); }));
    EXPECT_FALSE(from.journal.is_open(out));
    return from.journal.closed_ids[out];
  }
  struct Said {
    Bytes by_dialler, by_listener;
  };
  // Stands between a dialler and the listener: passes everything on and writes it down.
  Said relay(End& from, const RawListener& middle, const std::function<bool()>& holds) {
    const auto dialler = middle.accept();
    RawSocket to_listener(port_of(at()));
    const auto pass = [](const RawSocket& one, const RawSocket& other, Bytes& said) {
      const Bytes heard = one.take();
      said.insert(said.end(), heard.begin(), heard.end());
      other.write(heard);
    };
    Said said;
    EXPECT_TRUE(until({&listener, &from}, [&] {
      pass(*dialler, to_listener, said.by_dialler);
      pass(to_listener, *dialler, said.by_listener);
      return holds();
    }));
    return said;
  }
  ZmqCounters counted() { return listener.transport.counters(); }

  std::array<KeyPair, 4> own = {make_key_pair(), make_key_pair(), make_key_pair(), make_key_pair()};
  End listener;
};

TEST_F(Encrypted, ConnectionsOfTheBookCarryFramesOfEverySizeBothWays) {
  const auto one = dialler(own[1]);
  ConnectionId out = 0;
  const ConnectionId in = introduce(*one, out);
  for (const std::size_t size : {1, 33, 8192, 65536, 262144}) {
    const SharedBytes payload = share(pattern(size, size));
    ASSERT_TRUE(one->transport.send(out, pattern(64, size), &payload));
    ASSERT_TRUE(listener.transport.send(in, pattern(size, size + 1), nullptr));
    ASSERT_TRUE(until({&listener, one.get()}, [&] {
      return same(listener.journal.frames.back().payload, pattern(size, size)) &&
             !one->journal.frames.empty() &&
             same(one->journal.frames.back().head, pattern(size, size + 1));
    })) << size;
  }
  EXPECT_EQ(counted().unknown_keys + counted().failed_handshakes, 0u);
}

TEST_F(Encrypted, AConnectionSpeaksForTheNodeOfItsKeyAndForNoOther) {
  const auto one = dialler(own[1]), two = dialler(own[2]);
  ConnectionId out_one = 0, out_two = 0;
  const ConnectionId in_one = introduce(*one, out_one), in_two = introduce(*two, out_two);
  for (std::uint32_t node = 0; node < 4; ++node) {
    EXPECT_EQ(listener.transport.speaks_for(in_one, node), node == 1) << node;
    EXPECT_EQ(listener.transport.speaks_for(in_two, node), node == 2) << node;
    EXPECT_EQ(one->transport.speaks_for(out_one, node), node == 0) << node;
  }
  EXPECT_FALSE(listener.transport.speaks_for(in_one + 1000, 1)) << "a connection nobody has";
  End plain(kAnyPort);
  EXPECT_TRUE(plain.transport.speaks_for(1, 1)) << "in the clear nothing is proven";
}

TEST_F(Encrypted, AnUnknownKeyIsRefusedCountedAndTold) {
  const auto stranger = dialler(own[3]);
  for (std::uint64_t times = 1; times <= 3; ++times) {
    EXPECT_NE(refused(*stranger).find("our public key is not in its address book"),
              std::string::npos)
        << stranger->journal.closed_ids.begin()->second;
    EXPECT_EQ(counted().unknown_keys, times);
  }
  EXPECT_TRUE(listener.journal.frames.empty());
  const auto one = dialler(own[1]);  // the others are not disturbed
  ConnectionId out = 0;
  introduce(*one, out);
}

TEST_F(Encrypted, ADiallerThatExpectsAnotherKeyGoesAwayAndSaysWhy) {
  const auto one = dialler(own[1], {own[3].public_key});
  EXPECT_NE(refused(*one).find("its key is not the public_key"), std::string::npos)
      << one->journal.closed_ids.begin()->second;
  EXPECT_EQ(counted().unknown_keys, 0u);
  ASSERT_TRUE(until({&listener}, [&] { return counted().failed_handshakes > 0; }));
}

TEST_F(Encrypted, OneSideInTheClearIsRefusedAndTold) {
  End plain("");
  // Both ends see it, and who hangs up first decides what the other is told.
  const std::string reason = refused(plain);
  EXPECT_TRUE(reason.find("one side is encrypted") != std::string::npos ||
              reason.find("wants encryption") != std::string::npos)
      << reason;
  ASSERT_TRUE(until({&listener}, [&] { return counted().failed_handshakes > 0; }));

  End open(kAnyPort);
  End secret("", keyed(own[1], book(open.transport.bound_endpoint(), {own[0].public_key})));
  const ConnectionId out = secret.transport.dial(open.transport.bound_endpoint());
  ASSERT_TRUE(until({&open, &secret}, [&] { return secret.journal.closed_ids.contains(out); }));
  const std::string told = secret.journal.closed_ids[out];
  EXPECT_TRUE(told.find("one side is encrypted") != std::string::npos ||
              told.find("it has none") != std::string::npos)
      << told;
}

// While node 0's key is being changed a dialler has both, in either order: it finds the right one.
TEST_F(Encrypted, OfTwoKeysTheRightOneIsFoundAndKept) {
  for (const bool right_first : {true, false}) {
    std::vector<std::string> both = {own[0].public_key, own[3].public_key};
    if (!right_first) std::swap(both[0], both[1]);
    const auto one = dialler(own[1], both);
    if (!right_first) refused(*one);
    for (int times = 0; times < 3; ++times) {
      ConnectionId out = 0;
      introduce(*one, out);
      one->transport.close(out);
    }
  }
}

// The listener's book is read again: node 1 gets a second key, then loses its first.
TEST_F(Encrypted, KeysChangeWhileOthersGoOn) {
  const auto before = dialler(own[1]), other = dialler(own[2]), after = dialler(own[3]);
  ConnectionId out_before = 0, out_other = 0, out_after = 0;
  const ConnectionId in_before = introduce(*before, out_before);
  const ConnectionId in_other = introduce(*other, out_other);
  refused(*after);

  KeyBook now{own[0], book("", {own[0].public_key})};
  now.nodes[1].public_keys.push_back(own[3].public_key);
  listener.transport.use_keys(now);
  const ConnectionId in_after = introduce(*after, out_after);
  EXPECT_TRUE(listener.transport.speaks_for(in_before, 1));
  EXPECT_TRUE(listener.transport.speaks_for(in_after, 1));
  EXPECT_TRUE(listener.journal.closed_ids.empty());

  now.nodes[1].public_keys = {own[3].public_key};
  listener.transport.use_keys(now);
  ASSERT_TRUE(until({&listener, before.get(), after.get(), other.get()}, [&] {
    return before->journal.closed_ids.contains(out_before) &&
           listener.journal.closed_ids.contains(in_before);
  }));
  refused(*before);
  EXPECT_FALSE(after->journal.closed_ids.contains(out_after));
  EXPECT_TRUE(other->journal.closed_ids.empty());
  EXPECT_TRUE(listener.transport.speaks_for(in_other, 2));

  // The dialler's book counts as well.
  KeyBook without{own[2], book(at(), {own[1].public_key})};
  other->transport.use_keys(without);
  ASSERT_TRUE(until({&listener, other.get()},
                    [&] { return other->journal.closed_ids.contains(out_other); }));
}

// libzmq without a ZAP handler lets in whoever has any key: that ours stands there from the first
// moment on, and for each of many at once, is what this shows.
TEST_F(Encrypted, NoneOfManyStrangersAtOnceGetsIn) {
  std::vector<std::unique_ptr<End>> strangers;
  std::vector<ConnectionId> outs;
  for (int i = 0; i < 40; ++i) {
    strangers.push_back(dialler(make_key_pair()));
    outs.push_back(strangers.back()->transport.dial(at()));
  }
  for (std::size_t i = 0; i < strangers.size(); ++i) {
    ASSERT_TRUE(until({&listener, strangers[i].get()},
                      [&] { return strangers[i]->journal.closed_ids.contains(outs[i]); }));
    EXPECT_FALSE(strangers[i]->journal.is_open(outs[i]));
  }
  EXPECT_EQ(counted().unknown_keys, strangers.size());
}

// Greeting, WELCOME and ERROR: that a ZeroMQ socket with CURVE is there. One byte of READY more,
// which carries what nodes say of themselves, and the limit is passed.
TEST_F(Encrypted, NothingIsToldToAnUnknownKey) {
  const RawListener middle;
  End stranger("", keyed(own[3], book(middle.endpoint(), {own[0].public_key})));
  const ConnectionId out = stranger.transport.dial(middle.endpoint());
  const auto said = relay(stranger, middle, [&] { return stranger.journal.is_closed(out); });
  EXPECT_GE(said.by_listener.size(), kGreetingBytes);
  EXPECT_LE(said.by_listener.size(), kGreetingBytes + (2 + 168) + (2 + 6 + 4));
  EXPECT_TRUE(listener.journal.frames.empty() && stranger.journal.frames.empty());
}

// Greeting and HELLO, in which no key but one made for this connection stands.
TEST_F(Encrypted, NothingIsToldToAHostThatHasNotTheKeyExpected) {
  const RawListener middle;
  ZmqOptions options = keyed(own[1], book(middle.endpoint(), {own[3].public_key}));
  options.handshake_timeout = std::chrono::milliseconds(300);
  End one("", options);
  const ConnectionId out = one.transport.dial(middle.endpoint());
  const auto said = relay(one, middle, [&] { return one.journal.is_closed(out); });
  EXPECT_GE(said.by_dialler.size(), kGreetingBytes);
  EXPECT_LE(said.by_dialler.size(), kGreetingBytes + (2 + 200));
  EXPECT_FALSE(one.journal.is_open(out));
}

// What an eavesdropper wrote down of a connection is worth nothing to him: its keys lived as long
// as it did.
TEST_F(Encrypted, AReplayedConnectionIsRefused) {
  const RawListener middle;
  End one("", keyed(own[1], book(middle.endpoint(), {own[0].public_key})));
  const ConnectionId out = one.transport.dial(middle.endpoint());
  bool sent = false;
  const Bytes said = relay(one, middle, [&] {
                       if (!sent && one.journal.is_open(out))
                         sent = one.transport.send(out, pattern(64, 7), nullptr);
                       return !listener.journal.frames.empty();
                     }).by_dialler;
  ASSERT_TRUE(same(listener.journal.frames[0].head, pattern(64, 7)));
  EXPECT_TRUE(std::ranges::search(said, pattern(64, 7)).empty()) << "in the clear";

  RawSocket replay(port_of(at()));
  std::size_t written = 0;
  ASSERT_EQ(replay.write(std::span(said).first(kGreetingBytes)), kGreetingBytes);
  written = kGreetingBytes;
  ASSERT_TRUE(until({&listener}, [&] { return replay.has_read(kGreetingBytes); }));
  ASSERT_TRUE(until({&listener}, [&] {
    if (written < said.size()) written += replay.write(std::span(said).subspan(written));
    return replay.ended();
  }));
  EXPECT_EQ(listener.journal.frames.size(), 1u);
  ASSERT_TRUE(until({&listener}, [&] { return counted().failed_handshakes > 0; }));
}

// --- strangers, in the clear as well

TEST(Strangers, WhoIsNotTrustedInTimeHasToGoAndWhoIsStays) {
  ZmqOptions options;
  options.stranger_timeout = std::chrono::milliseconds(300);
  options.handshake_timeout = std::chrono::hours(1);
  End listener(kAnyPort, options);
  End friendly(""), idle("");
  const ConnectionId out = friendly.transport.dial(listener.transport.bound_endpoint());
  ASSERT_TRUE(until({&listener, &friendly}, [&] { return friendly.journal.is_open(out); }));
  ASSERT_TRUE(friendly.transport.send(out, pattern(64, 1), nullptr));
  ASSERT_TRUE(until({&listener, &friendly}, [&] { return !listener.journal.frames.empty(); }));
  listener.transport.trust(listener.journal.frames[0].connection);

  RawSocket silent(port_of(listener.transport.bound_endpoint()));  // says nothing at all
  const ConnectionId idling = idle.transport.dial(listener.transport.bound_endpoint());
  ASSERT_TRUE(until({&listener, &idle}, [&] {  // shakes hands, then says nothing
    return silent.ended() && idle.journal.closed_ids.contains(idling);
  }));
  EXPECT_TRUE(idle.journal.is_open(idling));
  EXPECT_EQ(listener.transport.counters().overdue_strangers, 2u);
  EXPECT_TRUE(friendly.journal.closed_ids.empty() && listener.journal.closed_ids.empty());
}

TEST(Strangers, BeyondTheCapTheEldestHasToGoSoThatANeighborGetsIn) {
  ZmqOptions options = patient();
  options.max_strangers = 3;
  options.handshake_timeout = std::chrono::hours(1);
  End listener(kAnyPort, options);
  const std::uint16_t port = port_of(listener.transport.bound_endpoint());
  End trusted("");
  const ConnectionId first = trusted.transport.dial(listener.transport.bound_endpoint());
  ASSERT_TRUE(until({&listener, &trusted}, [&] { return trusted.journal.is_open(first); }));
  ASSERT_TRUE(trusted.transport.send(first, pattern(64, 1), nullptr));
  ASSERT_TRUE(until({&listener, &trusted}, [&] { return !listener.journal.frames.empty(); }));
  listener.transport.trust(listener.journal.frames[0].connection);

  std::vector<std::unique_ptr<RawSocket>> slow;
  for (int i = 0; i < 20; ++i) slow.push_back(std::make_unique<RawSocket>(port));
  ASSERT_TRUE(until({&listener}, [&] {
    return listener.transport.counters().crowded_out == slow.size() - options.max_strangers;
  }));
  End neighbor("");
  const ConnectionId out = neighbor.transport.dial(listener.transport.bound_endpoint());
  ASSERT_TRUE(until({&listener, &neighbor}, [&] { return neighbor.journal.is_open(out); }));
  EXPECT_TRUE(slow.front()->ended());
  EXPECT_FALSE(slow.back()->ended());
  EXPECT_TRUE(trusted.journal.closed_ids.empty());
}

}  // namespace
}  // namespace starling
