#include "tools/sim/cluster.h"

namespace starling {

namespace {

Constants constants_of(Objective& objective) {
  const double l = objective.smoothness(), mu = objective.strong_convexity();
  Constants constants{l, mu, l, mu};
  if (const auto global = objective.global_constants()) {
    constants.global_smoothness = global->first;
    constants.global_strong_convexity = global->second;
  }
  return constants;
}

}  // namespace

std::unique_ptr<Cluster> make_cluster(const Config& config) {
  auto cluster = std::make_unique<Cluster>();
  cluster->config = config;
  cluster->ran_in = config.shared.precision;
  cluster->experiment = make_experiment(config);
  const Experiment& experiment = cluster->experiment;
  for (std::uint32_t i = 0; i < experiment.nodes(); ++i)
    cluster->objectives.push_back(make_objective(config, experiment, i));
  Mixing mixing =
      make_mixing(config.shared, experiment.graph, experiment.schedule, experiment.samples);
  // One node's record holds the spectrum for all: it is the same computation on one machine.
  NodeRecord record = propose(config.shared, mixing, {});
  std::vector<NodeRecord> records;
  for (std::uint32_t i = 0; i < experiment.nodes(); ++i) {
    record.constants = scaled(constants_of(cluster->objective(i)), mixing, i);
    records.push_back(record);
  }
  cluster->agreement = agree(config.shared, std::move(mixing), records);
  return cluster;
}

}  // namespace starling
