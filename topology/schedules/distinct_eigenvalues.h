#pragma once

#include <string_view>
#include <vector>

#include "topology/graph.h"

namespace starling {

// The distinct nonzero eigenvalues of the Laplacian in Leja order: the largest first, then always
// the one with the largest product of distances to those before it.
//
// Values within 1e-9 of the largest are one value, their mean. In ascending order the products
// prod (1 - l / l_k) would pass through huge values before they vanish; in this order they do not.
// Cost      O(n^3) up to 2000 nodes; O(n d) for the Cayley graphs of any size that spectrum knows.
// Errors    GraphError for a disconnected graph, one too large, more than 2000 distinct values;
//           `kind` is for the message.
std::vector<double> distinct_eigenvalues(std::string_view kind, const Graph& graph);

}  // namespace starling
