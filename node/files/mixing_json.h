#pragma once

#include <nlohmann/json_fwd.hpp>

#include "consensus/runner.h"

namespace starling {

// The object "mixing" of a node's summary: steps, step_size, contraction_measured (null: not yet),
// contraction_promised, interval [lambda_n, lambda_2], mismatches, and spectrum where it was
// estimated by gossip; under a robust rule "aggregation": the rule, how many neighbors may lie, and
// for each neighbor in how many steps it was heard, refused, dropped and clipped, and how many of
// its coordinates were trimmed.
nlohmann::ordered_json mixing_json(const MixingReport& mixing);

}  // namespace starling
