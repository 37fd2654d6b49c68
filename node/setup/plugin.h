#pragma once

#include <string>

#include "consensus/objectives/starling_objective.h"

namespace starling {

// An objective of the user's own: a shared library that exports STARLING_OBJECTIVE_ENTRY. It stays
// loaded until the process ends, for its instances may.
//
// Errors    ConfigError naming shared.objective.library, the path and what is wrong with it: the
//           loader's words, no such function, another ABI.
const starling_objective_vtable& load_plugin(const std::string& path);

// Whether instances of this table tell correct predictions from others.
bool counts_correct(const starling_objective_vtable& table);

}  // namespace starling
