#pragma once

#include <nlohmann/json_fwd.hpp>

#include "consensus/runner.h"

namespace starling {

// The object "mixing" of a node's summary: steps, step_size, contraction_measured (null: not yet),
// contraction_promised, interval [lambda_n, lambda_2], mismatches, and spectrum where it was
// estimated by gossip.
nlohmann::ordered_json mixing_json(const MixingReport& mixing);

}  // namespace starling
