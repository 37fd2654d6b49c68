#pragma once

#include <string_view>

#include "topology/edge_list.h"

namespace starling {

// A graph from a file of any format we read, told by its beginning: `%%MatrixMarket`, `<` for
// GraphML, else an edge list. Errors as of its reader.
EdgeListFile read_graph_file(std::string_view text, NodeId max_nodes = 10'000'000);

}  // namespace starling
