#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "consensus/snapshot.h"

namespace starling {

// What rides beside the first mix of a step, with chunk 0 of each gossip step.
//
// The first group is merged (AND, OR, max): after as many gossip steps as the graph's diameter all
// nodes hold the same values. The second is mixed like the vectors, w_ij in double: each value
// tracks the pi-mean of what the nodes entered. The probe is mixed exactly as the vector it rides
// with (probe.h).
struct Ride {
  bool vote = false;          // AND: this node's target is reached
  std::uint32_t wishes = 0;   // OR: kWishStop, ...
  double bound = 0;           // max: certified bound on the gradient at the mean
  std::vector<double> table;  // max, entry by entry: one value per node, -1 until it has arrived

  double probe_size = 0;                 // max: of what the probe was when the lap began,
  double probe_high = 0, probe_low = 0;  // and of plus and minus what the lap before made of it

  // min and max: of the digests of the switch each node is ready for (switch.h); 0: for none.
  std::uint64_t switch_least = 0, switch_most = 0;

  double objective = 0;     // tracks f
  double disagreement = 0;  // tracks the mean square distance from the mean

  double probe = 0;         // y_k
  double probe_before = 0;  // y_{k-1}: stays here

  static constexpr std::uint32_t kWishStop = 1;
  static constexpr std::uint32_t kWishBudget = 2;    // out of time
  static constexpr std::uint32_t kWishDiverged = 4;  // a value is no longer finite
  static constexpr std::uint32_t kWishLeave = 8;     // of this node alone; the others go on

  // What goes from lap to lap; all else is entered anew.
  void carry(Carrier& carrier) { carrier(objective, disagreement, probe); }
};

// own <- own merged with the neighbors'; weights: w_ij aligned with them. scale and omega: of this
// gossip step of the MixPlan; scale 0 leaves the probe as it is.
void merge(Ride& own, std::span<const Ride* const> neighbors, std::span<const double> weights,
           double scale = 0, double omega = 0);

// Little-endian bytes of a ride and back; decode returns false on any length or value that does not
// fit.
std::vector<std::byte> encode(const Ride& ride);
bool decode(std::span<const std::byte> bytes, std::size_t table_size, Ride& ride);

}  // namespace starling
