#pragma once

#include <optional>
#include <string_view>

namespace starling {

// Figures as people write them; none for a text that is no such figure, or not above 0 (a time may
// be 0).
//
//   seconds           0.002, 2ms, 50us, 800ns, 1.5s, 2min          alone: seconds
//   bytes_per_second  1e9, 1.25GB, 1.2GiB, 10Gbit, 100Mbit/s       alone: bytes per second
//
// k, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024; B counts bytes, bit counts bits; "/s" may
// follow a bandwidth.
std::optional<double> parse_seconds(std::string_view text);
std::optional<double> parse_bytes_per_second(std::string_view text);

}  // namespace starling
