// libFuzzer target: the frame codec on any bytes, in one part and in two.
// The first byte says where the message is cut into its two parts (255: not at all).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "node/links/wire.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(std::span<const std::byte> head, std::span<const std::byte> payload) {
  using namespace starling;
  const DecodedFrame frame = decode(head, payload);
  if (!frame) return;
  require(frame.header.ride_bytes == frame.ride.size());
  require(frame.header.payload_bytes == frame.payload.size());
  require(kHeaderBytes + frame.ride.size() + frame.payload.size() == head.size() + payload.size());

  // Written again in two parts and sealed, it reads the same and its checksum holds.
  std::vector<std::byte> first(kHeaderBytes);
  encode(frame.header, std::span<std::byte, kHeaderBytes>(first));
  first.insert(first.end(), frame.ride.begin(), frame.ride.end());
  seal(first, hash_payload(frame.payload));
  const DecodedFrame again = decode(first, frame.payload);
  require(static_cast<bool>(again) && again.header == frame.header);
  require(verify(again, first) == FrameError::none);
  // Whether the original checksum holds is up to the input; it only must be answered.
  static_cast<void>(verify(frame, head));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::byte> message(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  const std::size_t cut = data[0];
  if (cut == 255 || cut > message.size())
    check(message, {});
  else
    check(message.first(cut), message.subspan(cut));
  return 0;
}
