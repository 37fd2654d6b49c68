#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>

#include "tools/topology/options.h"
#include "topology/digraph.h"

namespace starling {

// Whether the subject is a directed kind, or a static file that says "# directed true".
bool is_directed(const TopologyOptions& options);

// generate, inspect, weigh and convert of a directed graph. Errors as run_command.
void run_directed(const TopologyOptions& options);

// The directed kinds and weight rules, for `list`.
void list_directed(std::ostream& text);
void list_directed(nlohmann::ordered_json& all);

// What `inspect` prints of a directed graph.
//   nodes arcs directed in_degree_min in_degree_max out_degree_min out_degree_max balanced
//   strongly_connected weights sums_to_one (rows, columns, rows and columns) slem spectral_gap norm
//   perron {min, max} steps_to_1e-6 {plain} method residual
// norm is |W - J|_2, null where W is not doubly stochastic; steps_to_1e-6 is asymptotic.
// Errors    GraphError for a graph that is not strongly connected.
nlohmann::ordered_json inspect_directed(const DirectedMatrix& matrix, const std::string& weights);

}  // namespace starling
