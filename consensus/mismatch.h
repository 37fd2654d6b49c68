#pragma once

#include <optional>
#include <string>
#include <vector>

#include "consensus/estimate.h"
#include "consensus/watch.h"

namespace starling {

// What the nodes find when the mixing does not contract as promised.
struct Finding {
  // Ritz values of W as it is mixed with, in the space the probe spans: never outside the spectrum.
  // None: the probe has overflowed, or there are too many nodes for a table.
  std::optional<LanczosBasis::Ends> ends;
  bool keeps_mean = true;
  struct Row {  // a node that does not mix by its agreed weights
    NodeId node = 0;
    std::optional<NodeId> ignores;  // as if this link were not there
  };
  std::vector<Row> rows;
};

// Looks closer, on all nodes at the same step: the probe floods as a table, then a few steps of
// Lanczos from it (estimate.h). What the interval leaves out has grown in the probe, so they find
// it at once. know_graph: holds every row against what its node made of the probe, too. Cost
// diameter + 6 (1 + diameter) gossip steps of no vector at most, frames of 8 n bytes.
template <class Real>
Task<Finding> look_closer(Peer<Real>& self, NodeId id, double probe, int reach, bool know_graph);

// One sentence: what was measured and promised, and what is wrong.
std::string describe(const Watch::Breach& breach, double promised, const Spectrum& interval,
                     const Finding& finding);

// [-r, r] that holds the interval and, with the catalogue's margin, the eigenvalues found outside:
// a symmetric interval never makes Chebyshev diverge, whatever the spectrum (B.3). From one that
// was safe already it widens by a fifth of what is left to 1 at least. None where an eigenvalue has
// modulus 1 or more: no interval averages then.
std::optional<Spectrum> safe_interval(const Spectrum& interval, const Finding& finding);

}  // namespace starling
