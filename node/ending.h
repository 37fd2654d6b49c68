#pragma once

#include <exception>

#include "node/exit_code.h"

namespace starling {

// The exit code of a node that ends by this exception: lost the cluster, a configuration that
// cannot be run, or failed.
ExitCode exit_code_of(const std::exception& error);

}  // namespace starling
