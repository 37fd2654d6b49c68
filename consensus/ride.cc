#include "consensus/ride.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace starling {

static_assert(std::endian::native == std::endian::little,
              "the wire is little-endian, and so is every target so far");

void merge(Ride& own, std::span<const Ride* const> neighbors, std::span<const double> weights,
           double scale, double omega) {
  double objective = 0, disagreement = 0, probe = 0;
  for (std::size_t j = 0; j < neighbors.size(); ++j) {
    const Ride& other = *neighbors[j];
    own.vote = own.vote && other.vote;
    own.wishes |= other.wishes;
    own.bound = std::max(own.bound, other.bound);
    own.probe_size = std::max(own.probe_size, other.probe_size);
    own.probe_high = std::max(own.probe_high, other.probe_high);
    own.probe_low = std::max(own.probe_low, other.probe_low);
    own.switch_least = std::min(own.switch_least, other.switch_least);
    own.switch_most = std::max(own.switch_most, other.switch_most);
    for (std::size_t i = 0; i < own.table.size(); ++i)
      own.table[i] = std::max(own.table[i], other.table[i]);
    objective += weights[j] * (other.objective - own.objective);
    disagreement += weights[j] * (other.disagreement - own.disagreement);
    if (scale != 0) probe += scale * weights[j] * (other.probe - own.probe);
  }
  own.objective += objective;
  own.disagreement += disagreement;
  if (scale == 0) return;
  const double before = own.probe_before;
  own.probe_before = own.probe;
  own.probe = omega == 0 ? own.probe + probe : before + omega * ((own.probe - before) + probe);
}

namespace {

// vote u32 | wishes u32 | bound, objective, disagreement, probe_size, _high, _low, probe: f64 |
// switch_least, _most: u64
constexpr std::size_t kFixed = 80;

template <class T>
void put(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}
template <class T>
T get(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

std::vector<std::byte> encode(const Ride& ride) {
  std::vector<std::byte> bytes(kFixed + 8 * ride.table.size());
  put<std::uint32_t>(&bytes[0], ride.vote ? 1 : 0);
  put(&bytes[4], ride.wishes);
  put(&bytes[8], ride.bound);
  put(&bytes[16], ride.objective);
  put(&bytes[24], ride.disagreement);
  put(&bytes[32], ride.probe_size);
  put(&bytes[40], ride.probe_high);
  put(&bytes[48], ride.probe_low);
  put(&bytes[56], ride.probe);
  put(&bytes[64], ride.switch_least);
  put(&bytes[72], ride.switch_most);
  if (!ride.table.empty()) std::memcpy(&bytes[kFixed], ride.table.data(), 8 * ride.table.size());
  return bytes;
}

bool decode(std::span<const std::byte> bytes, std::size_t table_size, Ride& ride) {
  if (bytes.size() != kFixed + 8 * table_size) return false;
  const auto vote = get<std::uint32_t>(&bytes[0]);
  if (vote > 1) return false;
  ride.vote = vote == 1;
  ride.wishes = get<std::uint32_t>(&bytes[4]);
  ride.bound = get<double>(&bytes[8]);
  ride.objective = get<double>(&bytes[16]);
  ride.disagreement = get<double>(&bytes[24]);
  ride.probe_size = get<double>(&bytes[32]);
  ride.probe_high = get<double>(&bytes[40]);
  ride.probe_low = get<double>(&bytes[48]);
  ride.probe = get<double>(&bytes[56]);
  ride.switch_least = get<std::uint64_t>(&bytes[64]);
  ride.switch_most = get<std::uint64_t>(&bytes[72]);
  ride.table.resize(table_size);
  if (table_size) std::memcpy(ride.table.data(), &bytes[kFixed], 8 * table_size);
  return true;
}

}  // namespace starling
