#pragma once

#include <string_view>

#include "topology/edge_list.h"

namespace starling {

// A graph from a Matrix Market file: `coordinate`, real, integer or pattern, general or symmetric.
// An entry off the diagonal is an edge, also where its value is 0.
//
//   symmetric files hold one triangle, and we mirror it; general ones must hold both, equal
//   all ones and no diagonal, or pattern      an adjacency matrix: no weights
//   a diagonal                                W itself: every row must sum to 1 (within 1e-9)
//   else                                      weights w_ij
// Errors    GraphError "line 7: ..." naming the offending line; at most `max_nodes` rows. W that is
//           not symmetric is refused: its two weights of an edge have no place in an EdgeListFile.
EdgeListFile read_matrix_market(std::string_view text, NodeId max_nodes = 10'000'000);

}  // namespace starling
