#include "tools/sim/cluster.h"

#include "node/config/switch_plan.h"
#include "node/files/text_file.h"
#include "node/setup/configured_graph.h"

namespace starling {

namespace {

Agreement agreement_of(Cluster& cluster, const Settings& settings, const Graph& graph,
                       std::shared_ptr<const Schedule> schedule) {
  Mixing mixing = make_mixing(settings, graph, std::move(schedule), cluster.experiment.samples);
  // One node's record holds the spectrum for all: it is the same computation on one machine.
  NodeRecord record = propose(settings, mixing, {});
  std::vector<NodeRecord> records;
  for (std::uint32_t i = 0; i < cluster.nodes(); ++i) {
    if (settings.topology.spectrum == "gossip") record = propose(settings, mixing, {}, i);
    record.constants = scaled(constants_of(cluster.objective(i)), mixing, i);
    records.push_back(rounded(record, cluster.rounding.empty() ? 0 : cluster.rounding[i]));
  }
  return agree(settings, std::move(mixing), records);
}

}  // namespace

std::unique_ptr<Cluster> make_cluster(const Config& config, std::vector<double> rounding) {
  auto cluster = std::make_unique<Cluster>();
  cluster->rounding = std::move(rounding);
  cluster->config = config;
  cluster->ran_in = config.shared.precision;
  cluster->experiment = make_experiment(config);
  const Experiment& experiment = cluster->experiment;
  for (std::uint32_t i = 0; i < experiment.nodes(); ++i)
    cluster->objectives.push_back(make_objective(config, experiment, i));
  release_rows(config, cluster->experiment);
  cluster->agreement = agreement_of(*cluster, config.shared, experiment.graph, experiment.schedule);
  return cluster;
}

std::shared_ptr<const PlannedSwitch> planned_switch(Cluster& cluster) {
  const std::string& file = cluster.config.local.switch_file;
  if (file.empty()) return nullptr;
  const Settings then = switched_settings(cluster.config.shared,
                                          read_text_file(file, "local.switch_file", 64 * 1024));
  ConfiguredTopology topology = configured_topology(then.topology);
  auto planned = std::make_shared<PlannedSwitch>();
  planned->digest = 1;
  planned->at_step = then.topology.from_step;
  planned->what = "the switch file";
  planned->agreement = agreement_of(cluster, then, topology.graph, topology.schedule);
  return planned;
}

}  // namespace starling
