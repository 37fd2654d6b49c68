#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace starling {

// The frame: 64 bytes of header, always little-endian, then the ride block and the payload.
//
//    0 magic u32 | 4 version u8 | 5 type u8 | 6 codec u8 | 7 flags u8 | 8 view u64
//   16 session u32 | 20 sender u32 | 24 stream u32 | 28 k u16 | 30 ride bytes u16
//   32 chunk u32 | 36 payload bytes u32 | 40 taken u32 | 44 done u32
//   48 position u32 | 52 zero u32 | 56 checksum u64
//
//   checksum = XXH3-64(ride, seed = XXH3-64(header with p in the checksum field))
//   p        = XXH3-64(payload), or 0 when the payload is empty or not covered
//
// The payload is hashed by itself, so that a chunk sent to several neighbours is read once for all
// of them and the value does not depend on whether header and payload travel in one part or in two.
inline constexpr std::size_t kHeaderBytes = 64;
inline constexpr std::uint32_t kWireMagic = 0x4e4c5453;  // "STLN" as it stands in the bytes
inline constexpr std::uint8_t kWireVersion = 1;

enum class FrameType : std::uint8_t {
  HELLO = 1,
  WELCOME,
  REFUSE,
  BEAT,
  DATA,
  STATE,
  ASK,
  PART,
  DONE,
  PROBE
};

// Bits of FrameHeader::flags.
inline constexpr std::uint8_t kFlagDoneAcknowledged = 0x01;  // BEAT: your DONE has arrived
inline constexpr std::uint8_t kFlagHeaderChecksum = 0x80;    // the checksum leaves the payload out

struct FrameHeader {
  FrameType type = FrameType::BEAT;
  std::uint8_t codec = 0;
  std::uint8_t flags = 0;
  std::uint64_t view = 0;
  std::uint32_t session = 0;
  std::uint32_t sender = 0;
  std::uint32_t stream = 0;
  std::uint16_t k = 0;           // gossip step within the mix
  std::uint16_t ride_bytes = 0;  // a multiple of 8: the payload behind it stays aligned
  std::uint32_t chunk = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t taken = 0;  // positions of this stream mixed from the receiver of this frame
  std::uint32_t done = 0;   // streams finished
  // DATA: the how-manieth frame of this stream on this link. It follows from k and chunk where all
  // links carry every gossip step; on a graph that changes a link carries some. Other frames of a
  // session: how many DATA frames it has carried this way.
  std::uint32_t position = 0;

  bool operator==(const FrameHeader&) const = default;
};

enum class FrameError : std::uint8_t {
  none,
  too_short,
  bad_magic,
  bad_version,
  bad_type,
  bad_length,
  bad_checksum
};
// In words for a log line ("bad length").
std::string_view describe(FrameError error);
std::string_view name(FrameType type);

// What a message says and where its parts lie; the spans point into that message.
struct DecodedFrame {
  FrameError error = FrameError::none;
  FrameHeader header;
  std::uint64_t checksum = 0;
  std::span<const std::byte> ride;
  std::span<const std::byte> payload;

  explicit operator bool() const { return error == FrameError::none; }
};

// Writes the header; the checksum field stays zero until seal().
// Requires  ride_bytes a multiple of 8.
void encode(const FrameHeader& header, std::span<std::byte, kHeaderBytes> out);

// p above: once per payload, for all its receivers.
std::uint64_t hash_payload(std::span<const std::byte> payload);

// Puts the checksum into an encoded header. `head` holds the header and the ride block (what
// follows them is not looked at); `payload_hash` is hash_payload(payload), ignored with
// kFlagHeaderChecksum.
// Requires  head.size() >= 64 + ride_bytes.
void seal(std::span<std::byte> head, std::uint64_t payload_hash);

// Reads a message of one part (payload inside `head`, `payload` empty) or of two (`head` = header
// and ride block). Every length is compared with the sizes of the message before it is used.
// Errors    never throws; in order: too_short, bad_magic, bad_version, bad_type, bad_length.
//           The checksum is not read.
DecodedFrame decode(std::span<const std::byte> head, std::span<const std::byte> payload);

// none or bad_checksum. `head` is the message part the frame was decoded from.
FrameError verify(const DecodedFrame& frame, std::span<const std::byte> head);

}  // namespace starling
