#pragma once

#include "consensus/agreement.h"
#include "consensus/requirements.h"

namespace starling {

// What W is: static and symmetric, or whatever a schedule is; one of period 1 is a static directed
// graph.
GraphNature nature_of(const Mixing& mixing);

// A schedule's rate in the shape of a spectrum: everything off the mean lies within it.
Spectrum rate_of(const Schedule& schedule);

// K plain rounds of a schedule, by mixes that begin K rounds after one another.
//
// contraction is a promise for every such mix: zero where each holds a whole period of an exact
// sequence, one where nothing is known, as for a few random rounds. low and high are what the step
// sizes reckon with: the rate per round to the K, or the share of an exact sequence that one mix
// leaves out.
MixPlan schedule_mix(const Schedule& schedule, int steps);

// K of "auto": a period of an exact sequence, else the least K with rate^K <= target.
long long schedule_steps(const Schedule& schedule, double target);

}  // namespace starling
