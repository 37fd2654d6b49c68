#pragma once

#include <string>

#include "consensus/objectives/starling_objective.h"

namespace starling {

// local.device: "cpu", "cuda" (the first) or "cuda:N". Errors    ConfigError with what is allowed.
void require_device_name(const std::string& device);

// The table of an objective whose data lie on a CUDA device: libstarling_cuda.so has it, which is
// loaded at the first call and stays. Nothing of it is linked.
//
// Errors    ConfigError naming local.device and what is missing: the module (with the places it was
//           looked for: beside the program, in lib/ beside that folder, where the system looks), a
//           driver, a device of that number, a twin of this kind.
const starling_objective_vtable& objective_on_device(const std::string& device,
                                                     const std::string& kind);

// Where the module lies, or "no": for --version, without loading it.
std::string cuda_module_place();

}  // namespace starling
