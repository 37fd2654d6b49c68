#pragma once

#include "consensus/agreement.h"

namespace starling {

// What the settings ask of a node between two mixings, in a cluster of so many.
LocalWork local_work(const Settings& settings, NodeId nodes);

// Errors    SettingsError naming key and value where this algorithm cannot do it, with those that
//           can.
void require_local_work(const Settings& settings, const AlgorithmEntry& algorithm);

// As configured, or by the rules of algorithm and optimizer; the agreement stands but for it.
double step_size(const Settings& settings, const AlgorithmEntry& algorithm,
                 const Agreement& agreement);

}  // namespace starling
