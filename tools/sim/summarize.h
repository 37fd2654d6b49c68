#pragma once

#include <span>
#include <string>

#include "tools/sim/cluster.h"
#include "tools/sim/results.h"

namespace starling {

// The exact figures of a finished run, from the models of its nodes: one code path for every
// executor.
//
//   mean = sum_i pi_i x_i                 over the nodes that left a model, pi scaled to sum to one
//   objective = f(mean),  objective_worst = max_i f(x_i),  gradient_norm = |grad f(mean)|
//   consensus_error = sqrt(sum_i pi_i |x_i - mean|^2)
//
// f = sum_i pi_i f_i over all configured nodes, in float64 whatever the run computed in. Nodes that
// were told to lie (shared.attack) are left out of all of these; accuracy is over all samples, with
// their true labels. Figures that cannot be known (no model at all, no test data, a contraction
// file missing) are null.
// Requires  a cluster made with precision float64 (exact_cluster).
Json summarize(Cluster& cluster, std::span<const NodeResult> nodes);

// The cluster of a configuration for summarize(): float64.
std::unique_ptr<Cluster> exact_cluster(Config config);

// Reads DIR/config.toml and the nodes' folders, writes DIR/summary.json and returns it.
// Errors    RunError, ConfigError.
Json summarize_folder(const std::string& folder);

}  // namespace starling
