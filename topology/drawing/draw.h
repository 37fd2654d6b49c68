#pragma once

#include <string>
#include <string_view>

#include "topology/mixing_matrix.h"

namespace starling {

// The most a picture holds: beyond, it shows a blot and takes minutes.
inline constexpr NodeId kDrawnNodesMax = 5000;
inline constexpr std::size_t kDrawnEdgesMax = 50'000;

// An SVG picture of W on its graph.
//
// layout    circle, grid or spring
// columns   of a grid; 0: as grid_columns() finds
// Errors    GraphError for an unknown layout (with the nearest name), a graph that is too large or
//           disconnected, weights that do not average.
std::string draw(const MixingMatrix& matrix, std::string_view layout, const std::string& title,
                 const std::string& weights, NodeId columns = 0);

}  // namespace starling
