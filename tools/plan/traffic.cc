#include "tools/plan/traffic.h"

#include <algorithm>

#include "consensus/chunks.h"
#include "consensus/ride.h"
#include "node/links/wire.h"

namespace starling {

std::uint64_t Traffic::chunks() const {
  return Chunks::of(dimension, chunk_bytes, value_bytes).count();
}

std::uint64_t Traffic::frame_bytes() const {
  return chunks() * kHeaderBytes + dimension * value_bytes;
}

std::uint64_t Traffic::ride_bytes() const { return encode(Ride{}).size(); }

std::uint64_t Traffic::lap_steps() const {
  const auto steps = static_cast<std::uint64_t>(mixing_steps);
  return (std::max<std::uint64_t>(diameter, 1) + steps - 1) / steps;
}

std::uint64_t Traffic::sends() const {
  return round_arcs > 0 ? round_arcs : directed_links * static_cast<std::uint64_t>(mixing_steps);
}

std::uint64_t Traffic::step_bytes() const {
  return sends() * (static_cast<std::uint64_t>(mixes) * frame_bytes() + ride_bytes());
}

std::uint64_t Traffic::look_bytes() const { return sends() * 2 * frame_bytes(); }

std::uint64_t Traffic::looks(std::uint64_t steps) const {
  return (steps + lap_steps() - 1) / lap_steps();
}

std::uint64_t Traffic::run_bytes(std::uint64_t steps, bool watched) const {
  return steps * step_bytes() + (watched ? looks(steps) * look_bytes() : 0);
}

}  // namespace starling
