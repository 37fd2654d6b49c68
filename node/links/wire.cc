#include "node/links/wire.h"

#ifdef STARLING_XXHASH_DISPATCH
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#include <array>
#include <cassert>
#include <cstring>

namespace starling {
namespace {

// Where each field stands. Golden bytes in the tests hold these to what older builds wrote.
constexpr std::size_t kMagicAt = 0;
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kTypeAt = 5;
constexpr std::size_t kCodecAt = 6;
constexpr std::size_t kFlagsAt = 7;
constexpr std::size_t kViewAt = 8;
constexpr std::size_t kSessionAt = 16;
constexpr std::size_t kSenderAt = 20;
constexpr std::size_t kStreamAt = 24;
constexpr std::size_t kStepAt = 28;
constexpr std::size_t kRideBytesAt = 30;
constexpr std::size_t kChunkAt = 32;
constexpr std::size_t kPayloadBytesAt = 36;
constexpr std::size_t kTakenAt = 40;
constexpr std::size_t kDoneAt = 44;
constexpr std::size_t kPositionAt = 48;
constexpr std::size_t kZeroAt = 52;
constexpr std::size_t kChecksumAt = 56;

// Each field begins where the one before it ends.
static_assert(kVersionAt == kMagicAt + sizeof kWireMagic);
static_assert(kTypeAt == kVersionAt + sizeof kWireVersion);
static_assert(kCodecAt == kTypeAt + sizeof(FrameType));
static_assert(kFlagsAt == kCodecAt + sizeof FrameHeader::codec);
static_assert(kViewAt == kFlagsAt + sizeof FrameHeader::flags);
static_assert(kSessionAt == kViewAt + sizeof FrameHeader::view);
static_assert(kSenderAt == kSessionAt + sizeof FrameHeader::session);
static_assert(kStreamAt == kSenderAt + sizeof FrameHeader::sender);
static_assert(kStepAt == kStreamAt + sizeof FrameHeader::stream);
static_assert(kRideBytesAt == kStepAt + sizeof FrameHeader::k);
static_assert(kChunkAt == kRideBytesAt + sizeof FrameHeader::ride_bytes);
static_assert(kPayloadBytesAt == kChunkAt + sizeof FrameHeader::chunk);
static_assert(kTakenAt == kPayloadBytesAt + sizeof FrameHeader::payload_bytes);
static_assert(kDoneAt == kTakenAt + sizeof FrameHeader::taken);
static_assert(kPositionAt == kDoneAt + sizeof FrameHeader::done);
static_assert(kZeroAt == kPositionAt + sizeof FrameHeader::position);
static_assert(kChecksumAt == kZeroAt + sizeof(std::uint32_t));
static_assert(kHeaderBytes == kChecksumAt + sizeof(std::uint64_t));

// Byte by byte: the compiler makes one store or load of it, and no byte order is assumed.
template <class Unsigned>
void put(std::byte* at, Unsigned value) {
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
    at[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
}

template <class Unsigned>
Unsigned get(const std::byte* at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
    value |= std::to_integer<std::uint64_t>(at[i]) << (8 * i);
  return static_cast<Unsigned>(value);
}

// The header is copied: in a received message the field that must hold p holds the checksum.
std::uint64_t checksum_of(const std::byte* header, std::span<const std::byte> ride,
                          std::uint64_t payload_hash) {
  std::array<std::byte, kHeaderBytes> bytes;
  std::memcpy(bytes.data(), header, kHeaderBytes);
  put(bytes.data() + kChecksumAt, payload_hash);
  return XXH3_64bits_withSeed(ride.data(), ride.size(), XXH3_64bits(bytes.data(), kHeaderBytes));
}

bool covers_payload(std::uint8_t flags) { return (flags & kFlagHeaderChecksum) == 0; }

FrameHeader read_fields(const std::byte* at) {
  FrameHeader header;
  header.type = static_cast<FrameType>(at[kTypeAt]);
  header.codec = get<std::uint8_t>(at + kCodecAt);
  header.flags = get<std::uint8_t>(at + kFlagsAt);
  header.view = get<std::uint64_t>(at + kViewAt);
  header.session = get<std::uint32_t>(at + kSessionAt);
  header.sender = get<std::uint32_t>(at + kSenderAt);
  header.stream = get<std::uint32_t>(at + kStreamAt);
  header.k = get<std::uint16_t>(at + kStepAt);
  header.ride_bytes = get<std::uint16_t>(at + kRideBytesAt);
  header.chunk = get<std::uint32_t>(at + kChunkAt);
  header.payload_bytes = get<std::uint32_t>(at + kPayloadBytesAt);
  header.taken = get<std::uint32_t>(at + kTakenAt);
  header.done = get<std::uint32_t>(at + kDoneAt);
  header.position = get<std::uint32_t>(at + kPositionAt);
  return header;
}

FrameError check_start(std::span<const std::byte> head) {
  if (head.size() < kHeaderBytes) return FrameError::too_short;
  if (get<std::uint32_t>(head.data() + kMagicAt) != kWireMagic) return FrameError::bad_magic;
  if (get<std::uint8_t>(head.data() + kVersionAt) != kWireVersion) return FrameError::bad_version;
  const auto type = get<std::uint8_t>(head.data() + kTypeAt);
  if (type < static_cast<std::uint8_t>(FrameType::HELLO) ||
      type > static_cast<std::uint8_t>(FrameType::PROBE))
    return FrameError::bad_type;
  return FrameError::none;
}

}  // namespace

std::string_view describe(FrameError error) {
  switch (error) {
    case FrameError::none:
      return "no error";
    case FrameError::too_short:
      return "too short";
    case FrameError::bad_magic:
      return "not a Starling frame";
    case FrameError::bad_version:
      return "another wire version";
    case FrameError::bad_type:
      return "unknown frame type";
    case FrameError::bad_length:
      return "bad length";
    case FrameError::bad_checksum:
      return "bad checksum";
  }
  return "unknown error";
}

std::string_view name(FrameType type) {
  switch (type) {
    case FrameType::HELLO:
      return "HELLO";
    case FrameType::WELCOME:
      return "WELCOME";
    case FrameType::REFUSE:
      return "REFUSE";
    case FrameType::BEAT:
      return "BEAT";
    case FrameType::DATA:
      return "DATA";
    case FrameType::STATE:
      return "STATE";
    case FrameType::ASK:
      return "ASK";
    case FrameType::PART:
      return "PART";
    case FrameType::DONE:
      return "DONE";
    case FrameType::PROBE:
      return "PROBE";
  }
  return "unknown";
}

void encode(const FrameHeader& header, std::span<std::byte, kHeaderBytes> out) {
  assert(header.ride_bytes % 8 == 0);
  std::byte* const at = out.data();
  put(at + kMagicAt, kWireMagic);
  put(at + kVersionAt, kWireVersion);
  put(at + kTypeAt, static_cast<std::uint8_t>(header.type));
  put(at + kCodecAt, header.codec);
  put(at + kFlagsAt, header.flags);
  put(at + kViewAt, header.view);
  put(at + kSessionAt, header.session);
  put(at + kSenderAt, header.sender);
  put(at + kStreamAt, header.stream);
  put(at + kStepAt, header.k);
  put(at + kRideBytesAt, header.ride_bytes);
  put(at + kChunkAt, header.chunk);
  put(at + kPayloadBytesAt, header.payload_bytes);
  put(at + kTakenAt, header.taken);
  put(at + kDoneAt, header.done);
  put(at + kPositionAt, header.position);
  put(at + kZeroAt, std::uint32_t{0});
  put(at + kChecksumAt, std::uint64_t{0});
}

std::uint64_t hash_payload(std::span<const std::byte> payload) {
  return payload.empty() ? 0 : XXH3_64bits(payload.data(), payload.size());
}

void seal(std::span<std::byte> head, std::uint64_t payload_hash) {
  std::byte* const at = head.data();
  const std::size_t ride_bytes = get<std::uint16_t>(at + kRideBytesAt);
  assert(head.size() >= kHeaderBytes + ride_bytes);
  const bool covered = covers_payload(get<std::uint8_t>(at + kFlagsAt));
  put(at + kChecksumAt, checksum_of(at, head.subspan(kHeaderBytes, ride_bytes),
                                    covered ? payload_hash : std::uint64_t{0}));
}

DecodedFrame decode(std::span<const std::byte> head, std::span<const std::byte> payload) {
  DecodedFrame frame;
  frame.error = check_start(head);
  if (frame.error != FrameError::none) return frame;
  frame.header = read_fields(head.data());
  frame.checksum = get<std::uint64_t>(head.data() + kChecksumAt);

  const std::size_t ride_bytes = frame.header.ride_bytes;
  const std::size_t behind = head.size() - kHeaderBytes;  // bytes of this part behind the header
  const std::size_t inside = payload.empty() ? frame.header.payload_bytes : 0;
  if (ride_bytes % 8 != 0 || behind != ride_bytes + inside ||
      payload.size() + inside != frame.header.payload_bytes) {
    frame.error = FrameError::bad_length;
    return frame;
  }
  frame.ride = head.subspan(kHeaderBytes, ride_bytes);
  frame.payload = payload.empty() ? head.subspan(kHeaderBytes + ride_bytes) : payload;
  return frame;
}

FrameError verify(const DecodedFrame& frame, std::span<const std::byte> head) {
  assert(head.size() >= kHeaderBytes);
  const std::uint64_t payload_hash =
      covers_payload(frame.header.flags) ? hash_payload(frame.payload) : 0;
  return checksum_of(head.data(), frame.ride, payload_hash) == frame.checksum
             ? FrameError::none
             : FrameError::bad_checksum;
}

}  // namespace starling
