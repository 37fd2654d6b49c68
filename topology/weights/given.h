#pragma once

#include "topology/edge_list.h"
#include "topology/mixing_matrix.h"

namespace starling {

// W with the third column of an edge list: symmetric, w_ii = 1 - sum_j w_ij, so that every row sums
// to one by construction. Checked against its spectrum, lambda_2 < 1 and lambda_n >= -1.
// Errors    GraphError: no third column, a weight that is not finite, weights that do not average;
//           it names the edge that is to blame (the most negative or the largest weight) and its
//           value.
MixingMatrix given_weights(const EdgeListFile& file);

}  // namespace starling
