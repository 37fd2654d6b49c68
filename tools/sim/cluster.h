#pragma once

#include <memory>
#include <vector>

#include "consensus/switch.h"
#include "node/setup/experiment.h"

namespace starling {

// All nodes of one configured run, in this process: every f_i, and what the nodes agree on.
struct Cluster {
  Config config;
  Experiment experiment;
  std::vector<std::unique_ptr<LocalObjective>> objectives;
  std::vector<double> rounding;  // of each node's machine; empty: none
  Agreement agreement;
  Precision ran_in = Precision::float64;  // what the run itself computes in

  std::uint32_t nodes() const { return experiment.nodes(); }
  Objective& objective(std::uint32_t i) { return *objectives[i]->objective; }
  double pi(std::uint32_t i) const { return agreement.matrix.stationary[i]; }
  // How much f_i counts in the objective: pi_i, or n pi_i of the samples where nodes are averaged.
  double share(std::uint32_t i) const {
    return agreement.objective_scale.empty() ? pi(i) : pi(i) * agreement.objective_scale[i];
  }
};

// What local.switch_file asks for, as all nodes would agree on it; null: there is none.
std::shared_ptr<const PlannedSwitch> planned_switch(Cluster& cluster);

// rounding  of each node, as in simulated ones; empty: none.
// Errors    ConfigError, GraphError, SettingsError: what a node of this configuration would say.
std::unique_ptr<Cluster> make_cluster(const Config& config, std::vector<double> rounding = {});

}  // namespace starling
