#include "node/ending.h"

#include "consensus/agreement.h"
#include "node/error.h"
#include "node/participant.h"
#include "topology/graph.h"

namespace starling {

ExitCode exit_code_of(const std::exception& error) {
  if (dynamic_cast<const LostError*>(&error)) return ExitCode::lost;
  if (dynamic_cast<const ConfigError*>(&error) || dynamic_cast<const SettingsError*>(&error) ||
      dynamic_cast<const GraphError*>(&error))
    return ExitCode::usage;
  return ExitCode::failed;
}

}  // namespace starling
