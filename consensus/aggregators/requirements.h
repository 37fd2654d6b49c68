#pragma once

#include <optional>
#include <string>

#include "consensus/settings.h"
#include "topology/mixing_matrix.h"

namespace starling {

struct AlgorithmEntry;
enum class GraphNature;

// Whether mixes are made of whole raw vectors, one gossip step each: under a robust rule, and where
// nodes lie on the wire.
bool mixes_whole_vectors(const Settings& settings);

// None where the settings' rule and attack stand together with algorithm, mixer, target and graph;
// else one line: the key and its value, the reason, and what to use in its place.
// matrix    W, once it is known; null: what needs it is not looked at.
// Source    catalogue F: what the rules' bounds rest on.
std::optional<std::string> robust_refusal(const Settings& settings, const AlgorithmEntry& algorithm,
                                          GraphNature nature, const MixingMatrix* matrix);

}  // namespace starling
