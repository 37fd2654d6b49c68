#pragma once

#include "tools/topology/options.h"
#include "topology/mixing_matrix.h"

namespace starling {

// An SVG picture of W to --output. `weights` names the rule. Without --layout: the grid of a grid
// or torus, the circle of what is made on one, springs for all else.
void draw_command(const TopologyOptions& options, const MixingMatrix& matrix,
                  const std::string& weights);

}  // namespace starling
