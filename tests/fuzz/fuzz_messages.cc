// libFuzzer target: the bodies of control frames and the ride block, on any bytes.
// The first byte says which; a body that was read is written, and reads back to the same text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "consensus/ride.h"
#include "node/links/messages.h"

namespace {

using Bytes = std::span<const std::byte>;

template <class Decode>
void round_trip(Bytes bytes, Decode decode) {
  const auto body = decode(bytes);
  if (!body) return;
  const std::string text = encode(*body);
  const auto again = decode(std::as_bytes(std::span(text)));
  if (!again || encode(*again) != text) std::abort();
}

void check_ride(Bytes bytes) {
  starling::Ride ride;
  if (bytes.empty()) return;
  const auto table = static_cast<std::size_t>(bytes[0]);
  if (!starling::decode(bytes.subspan(1), table, ride)) return;
  if (ride.table.size() != table) std::abort();
  if (starling::encode(ride).size() != bytes.size() - 1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes = std::as_bytes(std::span(data, size)).subspan(1);
  switch (data[0]) {
    case 'g':
      round_trip(bytes, starling::decode_greeting);
      break;
    case 'r':
      round_trip(bytes, starling::decode_refusal);
      break;
    case 's':
      round_trip(bytes, starling::decode_state);
      break;
    case 'd':
      round_trip(bytes, starling::decode_done);
      break;
    case 'b':
      round_trip(bytes, starling::decode_beat);
      break;
    case 'p':
      round_trip(bytes, starling::decode_probe);
      break;
    default:
      check_ride(bytes);
  }
  return 0;
}
