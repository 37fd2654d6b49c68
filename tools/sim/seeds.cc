#include "tools/sim/seeds.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "consensus/lockstep.h"
#include "node/error.h"
#include "node/exit_code.h"
#include "node/files/atomic_file.h"
#include "node/simulation/fault_file.h"
#include "tools/sim/cluster.h"
#include "tools/sim/tally.h"
#include "topology/random.h"

namespace starling {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kLinesFor = 20;  // seeds that get a line each although nothing failed
constexpr double kLimit_s = 1200;        // of virtual time: who still runs then is stuck

template <class Real>
SimReference reference_of(Cluster& cluster, const std::vector<Objective*>& objectives) {
  Lockstep<Real> lockstep(cluster.config.shared, cluster.agreement, objectives);
  if (const auto planned = planned_switch(cluster)) lockstep.plan_switches({planned});
  SimReference reference;
  reference.code = exit_code(exit_code_of_status(to_string(lockstep.run())));
  reference.steps = lockstep.runner(0).progress().step;
  for (NodeId i = 0; i < cluster.nodes(); ++i) {
    const auto& x = lockstep.model(i);
    const auto bytes =
        std::as_bytes(std::span<const Real>(x.data(), static_cast<std::size_t>(x.size())));
    reference.models.emplace_back(bytes.begin(), bytes.end());
  }
  return reference;
}

// No two neighbors' machines need agree on the last bits of what both compute.
std::vector<double> roundings(NodeId nodes) {
  std::vector<double> relative;
  for (NodeId i = 0; i < nodes; ++i) relative.push_back(1e-13 * (static_cast<double>(i % 5) - 2));
  return relative;
}

class Seeds {
 public:
  explicit Seeds(const SeedsOptions& options) : options_(options) {}

  int run() {
    for (std::uint64_t seed = options_.first; seed <= options_.last; ++seed) {
      if (options_.first_failure && tally_.failed()) break;
      if (!run_seed(seed)) break;
    }
    if (options_.json) {
      Json out = tally_.json();
      out["failures"] = failures_;
      std::puts(out.dump(2).c_str());
    } else {
      tally_.print();
    }
    if (tally_.failed() > 0) return exit_code(ExitCode::failed);
    return stopped() ? signal_exit_code(*options_.signal) : exit_code(ExitCode::done);
  }

 private:
  bool stopped() const { return options_.signal && *options_.signal; }

  // All that seeds with the same number of nodes share.
  struct Setup {
    std::unique_ptr<Cluster> cluster;
    std::vector<Objective*> objectives;
    std::vector<Adoption> adoptions;  // by node; empty: nothing is adopted
    SimReference reference;
    double span_s = 0;  // of a plain run; 0 where no faults are drawn

    std::vector<Objective*> objectives_of(std::span<const NodeId> members) {
      std::vector<Objective*> theirs;
      for (const NodeId i : members)
        theirs.push_back(adoptions.empty() ? objectives[i] : &adoptions[i].objective(members));
      return theirs;
    }
  };

  Setup& setup_of(NodeId nodes) {
    auto& setup = setups_[nodes];
    if (setup) return *setup;
    setup = std::make_unique<Setup>();
    setup->cluster = make_cluster(options_.configure(nodes), roundings(nodes));
    Cluster& cluster = *setup->cluster;
    for (NodeId i = 0; i < nodes; ++i) setup->objectives.push_back(&cluster.objective(i));
    if (cluster.config.shared.membership.on_death == "adopt")
      for (NodeId i = 0; i < nodes; ++i)
        setup->adoptions.emplace_back(cluster.config, cluster.experiment, i);
    setup->reference = cluster.config.shared.precision == Precision::float32
                           ? reference_of<float>(cluster, setup->objectives)
                           : reference_of<double>(cluster, setup->objectives);
    if (options_.recipe->draws())
      setup->span_s = simulate(*setup, plain_plan(nodes), 1, false).virtual_s;
    return *setup;
  }

  SimOutcome simulate(Setup& setup, const FaultPlan& plan, std::uint64_t seed, bool traced) {
    SimCluster::Options options;
    options.seed = seed;
    options.limit_s = kLimit_s;
    options.keep_trace = traced;
    options.rounding = setup.cluster->rounding;
    options.signal = options_.signal;
    SimCluster cluster(setup.cluster->config, setup.cluster->experiment, setup.objectives, plan,
                       options);
    SimOutcome outcome = cluster.run();
    if (traced) write_file_atomically(*options_.trace, cluster.trace().chrome_json());
    return outcome;
  }

  // Whether to the end: a signal stops it.
  bool run_seed(std::uint64_t seed) {
    RandomStream draw(seed, Purpose::simulation);
    const auto [least, most] = options_.nodes;
    Setup& setup = setup_of(least + static_cast<NodeId>(draw.below(most - least + 1)));
    if (stopped()) return false;
    const Config& config = setup.cluster->config;
    const double grace_s = config.local.grace;
    FaultPlan plan =
        draw_plan(*options_.recipe, setup.cluster->experiment.graph, seed, setup.span_s, grace_s);
    if (options_.faults) plan.faults = read_faults(*options_.faults, setup.cluster->nodes());
    const SimOutcome outcome = simulate(setup, plan, seed, options_.trace && seed == options_.last);
    if (stopped()) return false;
    const SimVerdict verdict =
        judge(outcome, plan, setup.reference, config,
              [&](std::span<const NodeId> members) { return setup.objectives_of(members); });
    tally_.add(plan, outcome, verdict, grace_s);
    const bool failed = !verdict.violations.empty();
    if (options_.json && failed)
      failures_.push_back(
          {{"seed", seed}, {"violations", verdict.violations}, {"replay", replay(seed)}});
    if (!options_.json && (failed || options_.last - options_.first < kLinesFor))
      print(seed, plan, outcome, verdict);
    return true;
  }

  void print(std::uint64_t seed, const FaultPlan& plan, const SimOutcome& outcome,
             const SimVerdict& verdict) const {
    const auto as = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    const bool failed = !verdict.violations.empty();
    std::printf(
        "seed=%llu nodes=%zu virtual_seconds=%.3f frames=%llu faults=%zu trace=%016llx %s\n",
        as(seed), outcome.nodes.size(), outcome.virtual_s, as(outcome.network.frames),
        plan.faults.size(), as(outcome.trace_hash), failed ? "VIOLATED" : "ok");
    if (!failed) return;
    for (const Fault& fault : plan.faults) std::printf("  %s\n", describe(fault).c_str());
    for (const std::string& violation : verdict.violations)
      std::printf("  %s\n", violation.c_str());
    std::printf("  replay: %s\n", replay(seed).c_str());
    std::fflush(stdout);
  }

  std::string replay(std::uint64_t seed) const {
    const std::string s = std::to_string(seed);
    return options_.replay + " --seeds " + s + ".." + s;
  }

  const SeedsOptions& options_;
  std::map<NodeId, std::unique_ptr<Setup>> setups_;
  Tally tally_;
  Json failures_ = Json::array();
};

}  // namespace

int run_seeds(const SeedsOptions& options) {
  const Config config = options.configure(options.nodes.first);
  if (config.shared.stop.seconds > 0)
    throw ConfigError("shared.stop.seconds = " + config.values.at("shared.stop.seconds").toml +
                      ": the network executor runs in virtual time; use shared.stop.steps");
  return Seeds(options).run();
}

}  // namespace starling
