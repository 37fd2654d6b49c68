#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "consensus/requirements.h"
#include "topology/spectrum.h"

namespace starling {

// What one mix does: K gossip steps, each a fused pass (kernels/mix.h) with the weights of W times
// `scale`.
//
//   y_0 = v;   omega[k] = 0:  y_{k+1} = y_k + scale sum_j w_ij (y_k,j - y_k)
//              else           y_{k+1} = y_{k-1} + omega[k] ((y_k - y_{k-1}) + scale sum_j w_ij
//              (y_k,j - y_k))
//
// The result is P_K(W) v with P_K(1) = 1: the mean is kept.
struct MixPlan {
  double scale = 1;
  std::vector<double> omega;  // one per gossip step; 0: no momentum
  double contraction = 0;     // worst-case factor on the disagreement over the whole mix, attained
  double low = 0, high = 0;   // the spectrum of P_K(W) off the mean lies in [low, high]

  int steps() const { return static_cast<int>(omega.size()); }
};

// A mixer: how values spread through a graph whose spectrum is known.
struct MixerEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  // Requires  steps >= 1; the spectrum of the W that is mixed with, the same on every node.
  MixPlan (*make)(const Spectrum& spectrum, int steps);
  // The least K whose contraction is at most the target.
  long long (*steps_for)(const Spectrum& spectrum, double target);
  GraphNeed needs = GraphNeed::symmetric_static;  // of W (catalogue B.1, B.4)
};

std::span<const MixerEntry> mixers();  // plain, chebyshev
const MixerEntry* find_mixer(std::string_view name);

MixPlan plain_mix(const Spectrum& spectrum, int steps);
MixPlan chebyshev_mix(const Spectrum& spectrum, int steps);

}  // namespace starling
