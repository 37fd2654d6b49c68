#pragma once

#include <string>
#include <vector>

#include "topology/random.h"

namespace starling {

// A damaged copy of one of the seeds: 1 to 6 changes of bits, bytes, numbers, ranges and lengths,
// or a splice with another seed. The same stream gives the same bytes on every machine.
//
// Requires  at least one seed.
std::string mutated(const std::vector<std::string>& seeds, RandomStream& stream);

}  // namespace starling
