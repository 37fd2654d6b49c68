#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "topology/mixing_matrix.h"

namespace starling {

// What `inspect` prints: sizes, degrees, diameter, the spectrum of W and what it promises.
//   nodes edges degree_min degree_max connected diameter weights lambda_2 lambda_n slem
//   spectral_gap gap_2 chi slem_at_least effective_neighbors mixing_steps
//   steps_to_1e-6 {plain, chebyshev} laplacian {l_2, l_n} method residual_2 residual_n
// and, where the rule says so, weights_rule (of auto: what it chose), weights_why,
// weights_iterations. slem_at_least: proven, no weights of this rule's kind on the graph go below;
// null where no rule optimised them. effective_neighbors: n / |S|_F^2, nodes a round averages over.
// diameter is null, with diameter_bounds [lower, upper], where the exact one would take minutes;
// laplacian is null above 10^4 nodes without a closed form. A number of steps is null where the
// mean is never reached (slem = 1).
// Errors    GraphError for a disconnected graph.
nlohmann::ordered_json inspect(const MixingMatrix& matrix, const std::string& weights);

}  // namespace starling
