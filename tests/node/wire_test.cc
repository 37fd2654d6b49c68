#include "node/links/wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace starling {
namespace {

using Bytes = std::vector<std::byte>;

Bytes counting(std::size_t size, int first) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::byte>(static_cast<std::size_t>(first) + i);
  return bytes;
}

std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

struct Parts {
  Bytes head;
  Bytes payload;
};

Bytes joined(const Parts& parts) {
  Bytes whole = parts.head;
  whole.insert(whole.end(), parts.payload.begin(), parts.payload.end());
  return whole;
}

// A sealed frame in two parts.
Parts make_frame(FrameHeader header, const Bytes& ride, const Bytes& payload) {
  header.ride_bytes = static_cast<std::uint16_t>(ride.size());
  header.payload_bytes = static_cast<std::uint32_t>(payload.size());
  Parts parts{Bytes(kHeaderBytes), payload};
  encode(header, std::span<std::byte, kHeaderBytes>(parts.head));
  parts.head.insert(parts.head.end(), ride.begin(), ride.end());
  seal(parts.head, hash_payload(payload));
  return parts;
}

FrameHeader data_header() {
  FrameHeader header;
  header.type = FrameType::DATA;
  header.codec = 3;
  header.view = 0x0123456789abcdef;
  header.session = 0xdeadbeef;
  header.sender = 7;
  header.stream = 42;
  header.k = 513;
  header.chunk = 9;
  header.taken = 1000;
  header.done = 0xfffffffe;
  return header;
}

// The first reason found against a message, whichever step finds it.
FrameError judge(const Bytes& head, const Bytes& payload) {
  const DecodedFrame frame = decode(head, payload);
  return frame ? verify(frame, head) : frame.error;
}

// Written by an independent program from the table in wire.h. A build that writes anything else
// must raise kWireVersion.
TEST(Wire, WritesTheGoldenBytes) {
  FrameHeader header = data_header();
  const Bytes ride = counting(16, 0);
  const Bytes payload = counting(24, 100);
  EXPECT_EQ(hex(joined(make_frame(header, ride, payload))),
            "53544c4e01050300efcdab8967452301efbeadde070000002a00000001021000"
            "0900000018000000e8030000feffffff0000000000000000abb18926a7a92660"
            "000102030405060708090a0b0c0d0e0f"
            "6465666768696a6b6c6d6e6f707172737475767778797a7b");
  header.flags = kFlagHeaderChecksum;
  EXPECT_EQ(hex(make_frame(header, ride, payload).head),
            "53544c4e01050380efcdab8967452301efbeadde070000002a00000001021000"
            "0900000018000000e8030000feffffff0000000000000000425f25c7e2848206"
            "000102030405060708090a0b0c0d0e0f");

  FrameHeader beat;
  beat.type = FrameType::BEAT;
  beat.flags = kFlagHeaderChecksum | kFlagDoneAcknowledged;
  beat.view = 1;
  beat.session = 2;
  beat.sender = 3;
  beat.taken = 5;
  beat.done = 6;
  EXPECT_EQ(hex(make_frame(beat, {}, {}).head),
            "53544c4e01040081010000000000000002000000030000000000000000000000"
            "000000000000000005000000060000000000000000000000fb1e50c2f59a86b4");
  // Long enough for the vectorised paths of the hash, whichever this CPU takes.
  EXPECT_EQ(hash_payload(counting(200, 0)), 0xf42a8864feaf0703);
  EXPECT_EQ(hash_payload(counting(100000, 0)), 0x39cf9d035d60ad58);
}

TEST(Wire, ReadsBackWhatItWroteInOnePartAndInTwo) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    FrameHeader header;
    header.type = static_cast<FrameType>(1 + random() % 10);
    header.codec = static_cast<std::uint8_t>(random());
    header.flags = static_cast<std::uint8_t>(random());
    header.view = random();
    header.session = static_cast<std::uint32_t>(random());
    header.sender = static_cast<std::uint32_t>(random());
    header.stream = static_cast<std::uint32_t>(random());
    header.k = static_cast<std::uint16_t>(random());
    header.chunk = static_cast<std::uint32_t>(random());
    header.taken = static_cast<std::uint32_t>(random());
    header.done = static_cast<std::uint32_t>(random());
    const Bytes ride = counting(8 * (random() % 20), round);
    const Bytes payload = counting(random() % 700, round + 1);
    header.ride_bytes = static_cast<std::uint16_t>(ride.size());
    header.payload_bytes = static_cast<std::uint32_t>(payload.size());

    const Parts parts = make_frame(header, ride, payload);
    const Bytes whole = joined(parts);
    for (const auto& [head, rest] : {Parts{parts.head, payload}, Parts{whole, {}}}) {
      const DecodedFrame frame = decode(head, rest);
      ASSERT_EQ(frame.error, FrameError::none);
      EXPECT_EQ(frame.header, header);
      EXPECT_TRUE(std::ranges::equal(frame.ride, ride));
      EXPECT_TRUE(std::ranges::equal(frame.payload, payload));
      EXPECT_EQ(verify(frame, head), FrameError::none);
    }
  }
}

TEST(Wire, FindsEveryFlippedBit) {
  const Parts parts = make_frame(data_header(), counting(16, 0), counting(24, 100));
  const Bytes whole = joined(parts);
  ASSERT_EQ(judge(whole, {}), FrameError::none);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_NE(judge(flipped, {}), FrameError::none) << "bit " << bit;
  }
}

TEST(Wire, LeavesThePayloadOutOfAHeaderChecksumAndNothingElse) {
  FrameHeader header = data_header();
  header.flags = kFlagHeaderChecksum;
  const Parts parts = make_frame(header, counting(16, 0), counting(24, 100));
  Bytes payload = parts.payload;
  payload[3] ^= std::byte{1};
  EXPECT_EQ(judge(parts.head, payload), FrameError::none);
  for (std::size_t bit = 0; bit < parts.head.size() * 8; ++bit) {
    Bytes flipped = parts.head;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_NE(judge(flipped, parts.payload), FrameError::none) << "bit " << bit;
  }
}

TEST(Wire, NamesTheFirstThingWrong) {
  const Bytes good = joined(make_frame(data_header(), counting(16, 0), counting(24, 100)));
  const auto changed = [&](std::size_t at, int value) {
    Bytes bytes = good;
    bytes[at] = static_cast<std::byte>(value);
    return decode(bytes, {}).error;
  };
  EXPECT_EQ(decode({}, {}).error, FrameError::too_short);
  EXPECT_EQ(decode(std::span(good).first(63), {}).error, FrameError::too_short);
  EXPECT_EQ(changed(0, 0), FrameError::bad_magic);
  EXPECT_EQ(changed(4, kWireVersion + 1), FrameError::bad_version);
  EXPECT_EQ(changed(5, 0), FrameError::bad_type);
  EXPECT_EQ(changed(5, 11), FrameError::bad_type);
  EXPECT_EQ(changed(36, 25), FrameError::bad_length);
  EXPECT_EQ(changed(63, 0), FrameError::none);  // the checksum is another step's
  EXPECT_EQ(describe(FrameError::bad_length), "bad length");
}

TEST(Wire, ComparesEveryLengthWithTheMessageBeforeUse) {
  const Parts parts = make_frame(data_header(), counting(16, 0), counting(24, 100));
  const Bytes whole = joined(parts);
  const Bytes longer = counting(25, 100);
  // One byte more or less, in either part; payload in both; a payload part where none is announced.
  EXPECT_EQ(decode(std::span(whole).first(whole.size() - 1), {}).error, FrameError::bad_length);
  EXPECT_EQ(decode(parts.head, {}).error, FrameError::bad_length);
  EXPECT_EQ(decode(parts.head, longer).error, FrameError::bad_length);
  EXPECT_EQ(decode(whole, parts.payload).error, FrameError::bad_length);
  EXPECT_EQ(decode(std::span(parts.head).first(kHeaderBytes), parts.payload).error,
            FrameError::bad_length);
  // Claims as large as the fields can say.
  for (const std::size_t at : {std::size_t{30}, std::size_t{36}}) {
    Bytes claim = whole;
    for (std::size_t i = 0; i < (at == 30 ? 2 : 4); ++i) claim[at + i] = std::byte{0xff};
    EXPECT_EQ(decode(claim, {}).error, FrameError::bad_length);
    EXPECT_EQ(decode(std::span(claim).first(kHeaderBytes), {}).error, FrameError::bad_length);
    EXPECT_EQ(decode(claim, parts.payload).error, FrameError::bad_length);
  }
  // A ride block that would leave the payload misaligned.
  Bytes ragged = whole;
  ragged[30] = std::byte{12};
  ragged[36] = std::byte{28};
  EXPECT_EQ(decode(ragged, {}).error, FrameError::bad_length);
}

// What the fuzzer does, with a fixed seed and in every build: nothing read outside the message (the
// sanitizers watch), and what is accepted says of itself what is there.
TEST(Wire, AcceptsOnlyFramesWhoseSpansLieInsideTheMessage) {
  std::mt19937_64 random(2);
  const Bytes good = joined(make_frame(data_header(), counting(16, 0), counting(24, 100)));
  int accepted = 0;
  for (int round = 0; round < 200000; ++round) {
    Bytes bytes = good;
    for (std::uint64_t edits = random() % 4; edits > 0; --edits)
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    bytes.resize(random() % 4 == 0 ? random() % (good.size() + 1) : good.size());
    const DecodedFrame frame = decode(bytes, {});
    if (!frame) continue;
    ++accepted;
    EXPECT_EQ(kHeaderBytes + frame.ride.size() + frame.payload.size(), bytes.size());
    EXPECT_EQ(frame.ride.data(), bytes.data() + kHeaderBytes);
    EXPECT_EQ(frame.payload.data() + frame.payload.size(), bytes.data() + bytes.size());
    static_cast<void>(verify(frame, bytes));
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace starling
