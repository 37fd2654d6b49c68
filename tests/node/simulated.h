#pragma once

// One configuration under two executors: all nodes at once (lockstep), and the production code of
// the nodes on a simulated network.

#include <memory>
#include <string>
#include <vector>

#include "consensus/lockstep.h"
#include "node/simulation/sim_cluster.h"
#include "tools/sim/cluster.h"

namespace starling::testing {

inline Config config_of(const std::string& toml, const std::vector<std::string>& set = {}) {
  ConfigSources sources;
  sources.text = toml;
  sources.set = set;
  return load_config(sources);
}

inline std::vector<Objective*> objectives_of(Cluster& cluster) {
  std::vector<Objective*> all;
  for (NodeId i = 0; i < cluster.nodes(); ++i) all.push_back(&cluster.objective(i));
  return all;
}

inline SimOutcome simulate(const Config& config, const FaultPlan& plan, std::uint64_t seed = 1) {
  const auto cluster = make_cluster(config);
  SimCluster::Options options;
  options.seed = seed;
  return SimCluster(config, cluster->experiment, objectives_of(*cluster), plan, options).run();
}

template <class Real>
std::vector<std::vector<std::byte>> lockstep_bytes(Cluster& cluster) {
  Lockstep<Real> lockstep(cluster.config.shared, cluster.agreement, objectives_of(cluster));
  lockstep.run();
  std::vector<std::vector<std::byte>> models;
  for (NodeId i = 0; i < cluster.nodes(); ++i) {
    const auto& x = lockstep.model(i);
    const auto bytes =
        std::as_bytes(std::span<const Real>(x.data(), static_cast<std::size_t>(x.size())));
    models.emplace_back(bytes.begin(), bytes.end());
  }
  return models;
}

inline std::vector<std::vector<std::byte>> lockstep_bytes(const Config& config) {
  const auto cluster = make_cluster(config);
  return config.shared.precision == Precision::float32 ? lockstep_bytes<float>(*cluster)
                                                       : lockstep_bytes<double>(*cluster);
}

}  // namespace starling::testing
