#pragma once

#include <vector>

#include "topology/graph.h"

namespace starling {

// What counts as exact: the length that is left of a random disagreement of length one.
inline constexpr double kExact = 1e-12;

// Four random vectors of length one whose mean is zero; none for one node. What a product of
// rounds leaves of them is, but for a probability of nothing, zero only where it is J.
using Probe = std::vector<std::vector<double>>;
Probe disagreement_probe(NodeId nodes);

// The largest length.
double probe_length(const Probe& probe);

}  // namespace starling
