#pragma once

#include <cstdint>
#include <string>

#include "consensus/agreement.h"

namespace starling {

// Another graph or other weights, agreed on by all nodes and waiting for a lap's end.
//
// Every node enters the digest of what it is ready for at a lap's first step; when least and most
// are the same at the lap's end, all are ready for the same and switch on the same step. Programs
// go on: what W keeps (the mean of x, the sum of trackers) the next W keeps, too. Requires  the
// same pi and the same scale of the objectives as before.
struct PlannedSwitch {
  std::uint64_t digest = 0;   // of the plan and of all records it was agreed from; not 0
  std::uint64_t at_step = 0;  // at the first lap's end from this step on
  std::string what;           // for the log: "kind = torus, weights = fdla"
  Agreement agreement;
};

}  // namespace starling
