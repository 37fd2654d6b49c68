#pragma once

#include <cstddef>
#include <cstdint>

namespace starling {

// The DATA frames of a run without faults, exactly: what `bytes_sent` of summary.json counts,
// headers included (node/rounds/mix_stream.h, consensus/runner.h).
//
//   a mix      K C frames each way over a link, C chunks (consensus/chunks.h): the vector K times,
//              a header per frame; the first mix of a step has K rides beside it; of a schedule,
//              only the arcs of each round carry
//   a look     of the stopping monitor: two mixes, at the first step of each lap
//   a lap      ceil(max(diameter, 1) / K) steps
struct Traffic {
  std::uint64_t directed_links = 0;  // twice the edges
  std::uint64_t round_arcs = 0;  // of a graph that changes: the arcs of a mix's K rounds, summed
  std::uint64_t diameter = 1;
  int mixing_steps = 1;  // K
  std::uint64_t dimension = 1;
  std::size_t value_bytes = 8;
  std::uint64_t chunk_bytes = 256 * 1024;
  int mixes = 1;  // vectors per step

  std::uint64_t sends() const;  // of a vector from node to node, in one mix
  std::uint64_t chunks() const;
  std::uint64_t frame_bytes() const;  // one vector over one link, once, headers included
  std::uint64_t ride_bytes() const;   // one ride
  std::uint64_t lap_steps() const;

  // All nodes together.
  std::uint64_t step_bytes() const;
  std::uint64_t look_bytes() const;
  std::uint64_t looks(std::uint64_t steps) const;  // of a run with stop.gradient_norm, as begun
  // A run of so many steps; watched: stop.gradient_norm is set. Of a run that converged, the steps
  // made are one lap more than it reports: the vote is known to all a lap later.
  std::uint64_t run_bytes(std::uint64_t steps, bool watched) const;
};

}  // namespace starling
