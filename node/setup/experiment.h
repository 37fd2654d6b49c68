#pragma once

#include <memory>
#include <vector>

#include "consensus/agreement.h"
#include "consensus/objectives/objective.h"
#include "node/config/config.h"
#include "node/data/data.h"
#include "topology/schedule.h"

namespace starling {

// Everything a program derives from a configuration before it runs: the same on every node and in
// every executor.
struct Experiment {
  Graph graph;  // connected, config.shared.topology.nodes nodes: who is linked with whom
  std::shared_ptr<const Schedule> schedule;  // W of each round; null: static
  const ObjectiveEntry* objective = nullptr;
  const starling_objective_vtable* table = nullptr;  // of the objective
  bool by_rows = false;                              // data is shared out row by row
  Dataset data;  // scaled, all rows; empty for objectives without data
  std::vector<std::vector<std::uint64_t>>
      rows;                     // rows of each node, ascending; empty lists without data
  std::vector<double> samples;  // rows of each node; 1 for objectives without data
  std::vector<double> weights;  // how much each f_i counts: samples, or 1 with weighting = "nodes"

  std::uint32_t nodes() const { return graph.nodes(); }
};

// Errors    ConfigError (graph, data, partition, store), SettingsError (what cannot run on such a
//           graph), naming the key; RunError where memory ends.
Experiment make_experiment(const Config& config);

// Once every objective is made: the rows of others are only needed again where those of absent
// nodes are adopted.
void release_rows(const Config& config, Experiment& experiment);

// One node's f_i together with the rows it reads; keep it as long as the objective is used.
struct LocalObjective {
  Dataset shard;
  starling_data view{};
  std::unique_ptr<Objective> objective;
};
// Errors    ConfigError when the objective refuses its keys or data, or the store is full; RunError
//           where memory ends.
std::unique_ptr<LocalObjective> make_objective(const Config& config, const Experiment& experiment,
                                               std::uint32_t node);
// The same on other rows than the node's own.
std::unique_ptr<LocalObjective> make_objective(const Config& config, const Experiment& experiment,
                                               std::uint32_t node,
                                               std::span<const std::uint64_t> rows);
// What it knows of its smoothness, and of all nodes'.
Constants constants_of(Objective& objective);

}  // namespace starling
