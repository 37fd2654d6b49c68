#include "node/setup/experiment.h"

#include <algorithm>
#include <new>
#include <nlohmann/json.hpp>
#include <regex>

#include "node/config/option_value.h"
#include "node/setup/configured_graph.h"
#include "node/setup/cuda_module.h"
#include "node/setup/plugin.h"

namespace starling {
namespace {

// Where memory ends over rows of data, the error says what to do about it.
template <class Make>
auto with_a_way_out(const Config& config, Make make) {
  try {
    return make();
  } catch (const std::bad_alloc&) {
    const std::string& data = config.shared.objective.data;
    if (data.empty()) throw;
    const std::string why =
        "out of memory with shared.objective.data = \"" + printable(data) + "\"";
    if (config.local.data_store.empty())
      throw RunError(why + ": local.data_store = \"DIR\" keeps its rows on disk");
    throw RunError(why + ", although its rows are in local.data_store");
  }
}

// Where the objective has no data every node counts once; given vectors go one to each node, in
// order.
void give_rows(Experiment& experiment, const Settings& settings) {
  const std::uint32_t nodes = experiment.nodes();
  experiment.rows.resize(nodes);
  experiment.samples.assign(nodes, 1.0);
  if (settings.objective.data.empty()) return;
  if (!experiment.by_rows) {
    if (experiment.data.rows() != nodes)
      throw ConfigError("shared.objective.data = \"" + printable(settings.objective.data) +
                        "\": has " + std::to_string(experiment.data.rows()) + " rows; " +
                        settings.objective.kind + " takes one for each of the " +
                        std::to_string(nodes) + " nodes");
    for (std::uint32_t node = 0; node < nodes; ++node) experiment.rows[node] = {node};
    return;
  }
  experiment.rows =
      partition_rows(experiment.data, settings.objective.partition, nodes, settings.seed);
  for (std::uint32_t node = 0; node < nodes; ++node)
    experiment.samples[node] = static_cast<double>(experiment.rows[node].size());
}

// A plugin that counts correct predictions has classes.
bool classifies(const Experiment& experiment) {
  return experiment.objective->classifies ||
         (!experiment.objective->vtable && counts_correct(*experiment.table));
}

// Class c becomes C - 1 - c.
void flip_labels(Dataset& shard) {
  for (double& label : shard.label.writable())
    label = static_cast<double>(shard.classes - 1) - label;
}

// Where f is no mean over rows of data nobody can go on with another's part of it.
void refuse_unless_adoptable(const Experiment& experiment, const ObjectiveSettings& objective) {
  const std::string key = "shared.membership.on_death = \"adopt\"";
  if (!experiment.by_rows)
    throw ConfigError(key + ": " + objective.kind +
                      " has no rows that another node could take over; allowed are drop and wait");
  if (objective.weighting != "samples")
    throw ConfigError(key +
                      " needs shared.objective.weighting = \"samples\": a mean over nodes "
                      "cannot go on without one of them");
}

// What the summary will read is told here, not after the run.
void require_test_data(const Config& config, const Experiment& experiment) {
  const LocalSettings& local = config.local;
  if (local.test_data.empty()) return;
  const std::string key = "local.test_data = \"" + local.test_data + "\": ";
  if (!classifies(experiment))
    throw ConfigError(key + "objective " + config.shared.objective.kind + " predicts no classes");
  try {
    load_test_set(local.test_data, local.test_labels, experiment.data,
                  config.shared.objective.scale);
  } catch (const ConfigError& error) {
    throw ConfigError(key + error.what());
  }
}

// An objective of the user's own is told the device, and answers for it.
const starling_objective_vtable& table_of(const Config& config, const ObjectiveEntry& objective) {
  if (!objective.vtable) return load_plugin(config.shared.objective.library);
  if (config.local.device == "cpu") return *objective.vtable;
  return objective_on_device(config.local.device, std::string(objective.name));
}

// "objective.kappa = -1: must be ..." gets the name it has in the file.
// An objective names its keys as it knows them.
std::string in_config_words(const std::string& message) {
  if (!message.starts_with("objective.")) return "shared.objective: " + message;
  static const std::regex key(R"((^|[ (])objective\.)");
  return std::regex_replace(message, key, "$1shared.objective.");
}

Experiment experiment_of(const Config& config) {
  const Settings& settings = config.shared;
  const DataStore store(config.local.data_store);
  Experiment experiment;
  ConfiguredTopology topology = configured_topology(settings.topology);
  experiment.graph = std::move(topology.graph);
  experiment.schedule = std::move(topology.schedule);
  Mixing mixing;
  mixing.schedule = experiment.schedule;
  mixing.matrix.graph = experiment.graph;
  require_runnable(settings, mixing);
  experiment.objective = find_objective(settings.objective.kind);
  experiment.table = &table_of(config, *experiment.objective);
  const DataUse use = experiment.objective->data;
  experiment.by_rows =
      use == DataUse::rows || (use == DataUse::rows_if_given && !settings.objective.data.empty());
  if (!settings.objective.data.empty()) {
    const LabelKind labels = classifies(experiment) ? LabelKind::classes : LabelKind::values;
    experiment.data =
        load_dataset(settings.objective.data, settings.objective.labels, labels, store);
    scale_dataset(experiment.data, settings.objective.scale);
  }
  require_test_data(config, experiment);
  give_rows(experiment, settings);
  if (settings.membership.on_death == "adopt")
    refuse_unless_adoptable(experiment, settings.objective);
  experiment.weights = settings.objective.weighting == "nodes"
                           ? std::vector<double>(experiment.nodes(), 1.0)
                           : experiment.samples;
  return experiment;
}

std::unique_ptr<LocalObjective> objective_over(const Config& config, const Experiment& experiment,
                                               std::uint32_t node,
                                               std::span<const std::uint64_t> rows) {
  auto local = std::make_unique<LocalObjective>();
  starling_objective_request request{};
  request.abi = STARLING_OBJECTIVE_ABI;
  request.node = node;
  request.nodes = experiment.nodes();
  request.precision =
      config.shared.precision == Precision::float32 ? STARLING_FLOAT32 : STARLING_FLOAT64;
  request.config = config.shared.objective.config.c_str();
  if (experiment.data.rows() > 0) {
    local->shard = experiment.data.subset(rows);
    if (config.shared.attack.kind == "label_flip" && config.shared.attack.by(node))
      flip_labels(local->shard);
    local->view = local->shard.view();
  }
  request.data = &local->view;
  const std::string on_this_node = nlohmann::json{
      {"device", config.local.device},
      {"tensor_cores", config.local.tensor_cores},
      {"threads", config.local.threads},
      {"solver", config.local.solver}}.dump();
  request.local = on_this_node.c_str();
  try {
    local->objective = std::make_unique<Objective>(*experiment.table, request);
  } catch (const ObjectiveError& error) {
    throw ConfigError(in_config_words(error.what()));
  }
  if (config.shared.stop.relative_error > 0 && !local->objective->has_optimum())
    throw ConfigError(
        "shared.stop.relative_error = " + config.values.at("shared.stop.relative_error").toml +
        ": the optimum of " + config.shared.objective.kind +
        " is not known; use shared.stop.gradient_norm");
  if (config.shared.algorithm.batch > 0 && !local->objective->has_stochastic_gradient())
    throw ConfigError("shared.algorithm.batch = " + std::to_string(config.shared.algorithm.batch) +
                      ": " + config.shared.objective.kind +
                      " takes no mini-batches; allowed with it is 0, gradients of all it has");
  return local;
}

}  // namespace

Experiment make_experiment(const Config& config) {
  return with_a_way_out(config, [&] { return experiment_of(config); });
}

void release_rows(const Config& config, Experiment& experiment) {
  if (config.shared.membership.on_death != "adopt") experiment.data.forget_rows();
}

std::unique_ptr<LocalObjective> make_objective(const Config& config, const Experiment& experiment,
                                               std::uint32_t node) {
  return make_objective(config, experiment, node, experiment.rows[node]);
}

std::unique_ptr<LocalObjective> make_objective(const Config& config, const Experiment& experiment,
                                               std::uint32_t node,
                                               std::span<const std::uint64_t> rows) {
  return with_a_way_out(config, [&] { return objective_over(config, experiment, node, rows); });
}

Constants constants_of(Objective& objective) {
  const double l = objective.smoothness(), mu = objective.strong_convexity();
  Constants constants{l, mu, l, mu};
  if (const auto global = objective.global_constants()) {
    constants.global_smoothness = global->first;
    constants.global_strong_convexity = global->second;
  }
  return constants;
}

}  // namespace starling
