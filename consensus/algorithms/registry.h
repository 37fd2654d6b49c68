#pragma once

#include <span>
#include <string_view>

#include "consensus/peer.h"

namespace starling {

// One decentralised algorithm: its program, its default step size and what it promises; parser, lists, docs and property
// tests read this table.
struct AlgorithmEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  Program (*make_float)(Peer<float>&);
  Program (*make_double)(Peer<double>&);
  double (*step_size)(const Agreement&);  // "auto"; throws SettingsError where the theory gives none
  bool exact;              // reaches the optimum of the whole objective with a constant step size
  bool needs_inputs;       // computes on given vectors (objective "vectors"), not on gradients
  bool warm_restart;       // may begin again from any x
  int mixes_in_flight;     // q: the most mixes under way at once

  template <class Real>
  Program make(Peer<Real>& peer) const {
    if constexpr (sizeof(Real) == sizeof(float))
      return make_float(peer);
    else
      return make_double(peer);
  }
};

std::span<const AlgorithmEntry> algorithms();
const AlgorithmEntry* find_algorithm(std::string_view name);

}  // namespace starling
