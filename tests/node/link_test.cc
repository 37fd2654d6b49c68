#include "node/links/link.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starling {
namespace {

constexpr std::uint32_t kSession = 7;

// A network that carries frames from one link to another, at once.
class Wire final : public Transport {
 public:
  explicit Wire(Link& to) : to_(to) {}
  Instant now() const override { return Instant(0); }
  ConnectionId dial(const std::string&) override { return 0; }
  void close(ConnectionId) override {}
  void poll(Instant, TransportEvents&) override {}
  void wake() override {}
  bool send(ConnectionId, std::span<const std::byte> head, const SharedBytes*) override {
    auto bytes = std::make_shared<std::vector<std::byte>>(head.begin(), head.end());
    const ReceivedBytes held(bytes->data(), bytes->size(), bytes);
    const DecodedFrame frame = decode(held.bytes(), {});
    EXPECT_TRUE(frame);
    sent.push_back(frame.header.stream);
    const char* defect = to_.receive(frame, held, {});
    EXPECT_EQ(defect, nullptr) << defect << ", stream " << frame.header.stream;
    return true;
  }
  std::vector<std::uint32_t> sent;  // the stream of each frame

 private:
  Link& to_;
};

// A mix of some chunks of no values, all there.
class Whole final : public StreamSource {
 public:
  explicit Whole(std::uint32_t chunks = 1) : chunks_(chunks) {}
  std::uint32_t ready(std::size_t) const override { return chunks_; }
  Outgoing outgoing(std::size_t, std::uint32_t) override { return {}; }

 private:
  const std::uint32_t chunks_;
};

std::vector<std::uint32_t> counted(std::uint32_t from, std::uint32_t to) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t k = from; k < to; ++k) numbers.push_back(k);
  return numbers;
}

struct Pair {
  Link::Limits limits;
  Link here{0, 1, limits}, there{1, 0, limits};
  Wire wire{there};
  Whole source, three_windows{3 * limits.window};
  Pair() {
    here.set_peer_window(limits.window);
    there.set_peer_window(limits.window);
  }
  void begin(std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t stream = from; stream < to; ++stream) here.open(stream, source, 0);
  }
  void send() { EXPECT_TRUE(here.send(wire, 1, kSession)); }
  void tell() { here.acknowledge(there.header(FrameType::BEAT, kSession, there.first_open())); }
};

// On a graph that changes nobody waits for this neighbor in every step: however far we are ahead,
// it gets no more streams than it keeps open, for it would end the session over one more.
TEST(ALink, SendsNoMoreStreamsThanTheOtherEndKeepsOpen) {
  Pair pair;
  const std::uint32_t open = pair.limits.streams;
  pair.begin(0, open + 5);
  pair.send();
  EXPECT_EQ(pair.wire.sent, counted(0, open));
  EXPECT_FALSE(pair.here.all_sent());
  pair.there.finished(2);
  pair.tell();
  pair.send();
  EXPECT_EQ(pair.wire.sent, counted(0, open + 2));
  pair.there.finished(open);
  pair.tell();
  pair.send();
  EXPECT_EQ(pair.wire.sent, counted(0, open + 5));
  EXPECT_TRUE(pair.here.all_sent());
}

// The other end has not told of any finished stream when its turn comes at one far from the first.
TEST(ALink, OfAGraphToComeSendsAsManyFromItsFirstStreamOn) {
  Pair pair;
  const std::uint32_t open = pair.limits.streams;
  pair.here.stand_by();
  pair.there.stand_by();
  pair.here.activate(100);
  pair.begin(100, 100 + open + 5);
  pair.send();
  EXPECT_EQ(pair.wire.sent, counted(100, 100 + open));
  pair.there.activate(100);
  pair.there.finished(103);
  pair.tell();
  pair.send();
  EXPECT_EQ(pair.wire.sent, counted(100, 103 + open));
}

// All of a window is taken, the frame that told it went down with its session: nothing else would
// ever open the credit again.
TEST(ALink, TellsAgainWhatItHasTakenWhenASessionResumes) {
  Pair pair;
  const std::uint32_t window = pair.limits.window;
  pair.here.open(0, pair.three_windows, 0);
  pair.send();
  ASSERT_EQ(pair.wire.sent.size(), window);
  for (std::uint32_t k = 0; k < window; ++k) pair.there.take(0);
  ASSERT_EQ(pair.there.untold(), 0u);
  pair.there.header(FrameType::BEAT, kSession, 0);  // lost
  ASSERT_EQ(pair.there.untold(), std::nullopt);
  Greeting greeting;
  greeting.expected = pair.there.expected();
  pair.here.resume(greeting);
  greeting.expected = pair.here.expected();
  pair.there.resume(greeting);
  EXPECT_EQ(pair.there.untold(), 0u);
  pair.tell();
  pair.send();
  EXPECT_EQ(pair.wire.sent.size(), 2 * window);
}

// Finished here, and kept for a neighbor that has not acknowledged it: the stream after it is what
// a regular BEAT speaks of.
TEST(ALink, TellsOfTheOldestStreamThatIsNotFinishedHere) {
  Pair pair;
  EXPECT_EQ(pair.there.first_open(), 0u);
  pair.there.open(0, pair.source, 0);
  pair.begin(0, 2);
  pair.send();
  pair.there.take(0);
  EXPECT_EQ(pair.there.first_open(), 0u);
  pair.there.finished(1);
  EXPECT_EQ(pair.there.first_open(), 1u);
  pair.there.take(1);
  pair.there.finished(2);
  EXPECT_EQ(pair.there.first_open(), 2u);
}

}  // namespace
}  // namespace starling
