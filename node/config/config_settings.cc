#include "node/config/config_settings.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "consensus/aggregators/aggregator.h"
#include "consensus/algorithms/registry.h"
#include "consensus/objectives/objective.h"
#include "node/config/option_value.h"
#include "node/config/options.h"
#include "node/setup/configured_graph.h"
#include "node/setup/cuda_module.h"

namespace starling {
namespace {

// Canonical values by key; they were checked, so reading them cannot fail.
struct Values {
  const std::map<std::string, std::string>& of;

  bool has(const std::string& key) const { return of.contains(key); }
  std::string text(const std::string& key) const {
    const auto found = of.find(key);
    return found == of.end() ? std::string() : found->second;
  }
  // "auto" and absent read as `otherwise`.
  template <class Number>
  Number number(const std::string& key, Number otherwise = 0) const {
    const std::string value = text(key);
    if (value.empty() || value == "auto") return otherwise;
    Number result{};
    std::from_chars(value.data(), value.data() + value.size(), result);
    return result;
  }
  // None for "auto".
  std::optional<double> chosen(const std::string& key) const {
    if (text(key) == "auto") return std::nullopt;
    return number<double>(key);
  }
};

TopologySettings topology_of(const Values& values, const Config& config) {
  const std::string s = "shared.topology.";
  TopologySettings t;
  t.kind = values.text(s + "kind");
  t.file = values.text(s + "file");
  t.nodes = values.number<std::uint32_t>(s + "nodes");
  t.degree = values.number<std::uint64_t>(s + "degree");
  t.rows = values.number<std::uint64_t>(s + "rows");
  t.columns = values.number<std::uint64_t>(s + "columns");
  t.probability = values.number<double>(s + "probability", -1);
  t.radius = values.number<double>(s + "radius", -1);
  t.graphs = values.text(s + "graphs");
  t.from_step = values.number<std::uint64_t>(s + "from_step");
  t.seed = values.number<std::uint64_t>(s + "seed");
  t.weights = values.text(s + "weights");
  t.spectrum = values.text(s + "spectrum");
  if (t.file.empty()) return t;
  for (const char* key : {"kind", "degree", "rows", "columns", "probability", "radius", "graphs"}) {
    const auto given = config.values.find(s + key);
    if (given != config.values.end() && given->second.origin != "default")
      throw ConfigError(printable(given->second.origin) + ": " + s + key + " = " +
                        given->second.toml + ": a graph comes from kind or from file, and file = " +
                        toml_quoted(printable(t.file)) + " is given, too");
  }
  t.kind.clear();
  return t;
}

// The keys of [shared.objective] as the objective itself reads them.
std::string objective_json(const Values& values) {
  nlohmann::json json = nlohmann::json::object();
  const std::string section = "shared.objective.";
  const auto table = option_table(values.text(section + "kind"));
  for (const Option& option : table) {
    if (!option.key.starts_with(section) || !values.has(option.key)) continue;
    const std::string value = values.text(option.key);
    json[option.key.substr(section.size())] =
        option.type == OptionType::text ? nlohmann::json(value) : nlohmann::json::parse(value);
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

ObjectiveSettings objective_of(const Values& values) {
  const std::string s = "shared.objective.";
  ObjectiveSettings o;
  o.kind = values.text(s + "kind");
  o.data = values.text(s + "data");
  o.labels = values.text(s + "labels");
  o.scale = values.text(s + "scale");
  o.l2 = values.number<double>(s + "l2");
  o.weighting = values.text(s + "weighting");
  o.partition = values.text(s + "partition");
  if (o.kind == "plugin") o.library = values.text(s + "library");
  o.config = objective_json(values);
  const ObjectiveEntry* entry = find_objective(o.kind);
  if (entry->data == DataUse::rows && o.data.empty())
    throw ConfigError(s + "data is missing: " + o.kind + " needs the path of a data file");
  if (entry->data == DataUse::none && !o.data.empty())
    throw ConfigError(s + "data = \"" + printable(o.data) + "\": " + o.kind + " reads no data");
  if (o.kind == "plugin" && o.library.empty())
    throw ConfigError(s + "library is missing: the path of a shared library (docs/plugins.md)");
  if (o.data.empty() && !o.labels.empty())
    throw ConfigError(s + "labels = \"" + printable(o.labels) + "\": there is no data");
  return o;
}

// "0,6" to its numbers, ascending.
AttackSettings attack_of(const Values& values) {
  AttackSettings attack;
  attack.kind = values.text("shared.attack.kind");
  const std::string list = values.text("shared.attack.nodes");
  for (const char *at = list.data(), *end = at + list.size(); at < end; ++at) {
    std::uint32_t node = 0;
    const auto [after, error] = std::from_chars(at, end, node);
    if (error != std::errc() || (after != end && *after != ',') || after + 1 == end)
      throw ConfigError("shared.attack.nodes = \"" + printable(list) +
                        "\": allowed are ids of nodes between commas, as \"0,6\"");
    attack.nodes.push_back(node);
    at = after;
  }
  std::sort(attack.nodes.begin(), attack.nodes.end());
  attack.nodes.erase(std::unique(attack.nodes.begin(), attack.nodes.end()), attack.nodes.end());
  return attack;
}

OptimizerSettings optimizer_of(const Values& values) {
  const std::string s = "shared.optimizer.";
  OptimizerSettings o;
  o.kind = values.text(s + "kind");
  o.momentum = values.number<double>(s + "momentum");
  o.beta_1 = values.number<double>(s + "beta_1");
  o.beta_2 = values.number<double>(s + "beta_2");
  o.epsilon = values.number<double>(s + "epsilon");
  o.weight_decay = values.number<double>(s + "weight_decay");
  o.clip_norm = values.number<double>(s + "clip_norm");
  o.clip_value = values.number<double>(s + "clip_value");
  o.history = values.number<int>(s + "history");
  return o;
}

StepScheduleSettings step_schedule_of(const Values& values) {
  const std::string s = "shared.step_schedule.";
  StepScheduleSettings schedule;
  schedule.kind = values.text(s + "kind");
  schedule.warm_up = values.number<std::uint64_t>(s + "warm_up");
  schedule.every = values.number<std::uint64_t>(s + "every");
  schedule.total = values.number<std::uint64_t>(s + "total");
  schedule.factor = values.number<double>(s + "factor");
  schedule.least = values.number<double>(s + "least");
  schedule.reference_batch = values.number<std::uint64_t>(s + "reference_batch");
  return schedule;
}

Settings shared_of(const Values& values, const Config& config) {
  Settings s;
  s.name = values.text("shared.name");
  s.seed = values.number<std::uint64_t>("shared.seed");
  s.precision =
      values.text("shared.precision") == "float32" ? Precision::float32 : Precision::float64;
  s.chunk = values.number<std::uint64_t>("shared.chunk");
  s.checksum = values.text("shared.checksum");
  s.security = values.text("shared.security");
  s.objective = objective_of(values);
  s.topology = topology_of(values, config);
  s.mixing.acceleration = values.text("shared.mixing.acceleration");
  s.mixing.steps = values.number<int>("shared.mixing.steps");
  s.mixing.lambda_2 = values.chosen("shared.mixing.lambda_2");
  s.mixing.lambda_n = values.chosen("shared.mixing.lambda_n");
  s.mixing.on_mismatch = values.text("shared.mixing.on_mismatch");
  s.mixing.aggregator = values.text("shared.mixing.aggregator");
  s.mixing.tolerated = values.number<std::uint32_t>("shared.mixing.tolerated");
  s.mixing.radius = values.number<double>("shared.mixing.radius");
  s.attack = attack_of(values);
  s.algorithm.kind = values.text("shared.algorithm.kind");
  s.algorithm.step_size = values.number<double>("shared.algorithm.step_size");
  s.algorithm.batch = values.number<std::uint64_t>("shared.algorithm.batch");
  s.algorithm.local_steps = values.number<int>("shared.algorithm.local_steps");
  s.optimizer = optimizer_of(values);
  s.step_schedule = step_schedule_of(values);
  s.stop.steps = values.number<std::uint64_t>("shared.stop.steps");
  s.stop.gradient_norm = values.number<double>("shared.stop.gradient_norm");
  s.stop.relative_error = values.number<double>("shared.stop.relative_error");
  s.stop.seconds = values.number<double>("shared.stop.seconds");
  s.synchrony = values.text("shared.synchrony.mode");
  s.membership.min_nodes = values.number<std::uint32_t>("shared.membership.min_nodes");
  s.membership.on_death = values.text("shared.membership.on_death");
  s.membership.resume = values.text("shared.membership.resume");
  s.membership.checkpoint_every =
      values.number<std::uint64_t>("shared.membership.checkpoint_every");
  return s;
}

LocalSettings local_of(const Values& values) {
  LocalSettings l;
  l.device = values.text("local.device");
  l.tensor_cores = values.text("local.tensor_cores");
  l.cpus = values.text("local.cpus");
  l.threads = values.number<int>("local.threads");
  l.solver = values.text("local.solver");
  l.grace = values.number<double>("local.grace");
  l.grace_max = values.number<double>("local.grace_max");
  l.link_window = values.number<std::uint64_t>("local.link_window");
  l.start_limit = values.number<double>("local.start_limit");
  l.hold_limit = values.number<double>("local.hold_limit");
  l.data_store = values.text("local.data_store");
  l.test_data = values.text("local.test_data");
  l.test_labels = values.text("local.test_labels");
  l.switch_file = values.text("local.switch_file");
  l.secret_key_file = values.text("local.secret_key_file");
  return l;
}

// The keys of robust rules and attacks against the rest.
void check_robust(const Config& config) {
  const Settings& s = config.shared;
  const AggregatorEntry* entry = find_aggregator(s.mixing.aggregator);
  if (s.mixing.radius > 0 && (!entry || !entry->reads_radius))
    throw ConfigError("shared.mixing.radius = " + config.values.at("shared.mixing.radius").toml +
                      ": is read with aggregator = \"centered_clipping\" only, not with \"" +
                      s.mixing.aggregator + "\"");
  if (s.attack.kind == "label_flip" && !find_objective(s.objective.kind)->classifies)
    throw ConfigError("shared.attack.kind = \"label_flip\": " + s.objective.kind +
                      " has no classes to flip; use it with logistic or softmax");
}

// Steps of single rows, and threads, against what they leave out.
void check_solver(const Config& config) {
  const Settings& s = config.shared;
  if (config.local.solver == "gradient") {
    if (config.local.threads > 1)
      throw ConfigError("local.threads = " + std::to_string(config.local.threads) +
                        ": gradients are taken by one thread; more are for local.solver = "
                        "\"hogwild\"");
    return;
  }
  const auto refuse = [&](const std::string& key, const std::string& allowed) {
    throw ConfigError(key + " = " + config.values.at(key).toml + ": with local.solver = \"" +
                      config.local.solver + "\" it must be " + allowed);
  };
  if (config.local.device != "cpu") refuse("local.device", "\"cpu\"");
  const std::string& kind = s.objective.kind;
  if (kind != "logistic" && kind != "least_squares" && kind != "softmax")
    refuse("shared.objective.kind", "logistic, least_squares or softmax");
  if (!find_algorithm(s.algorithm.kind)->local_steps) {
    std::string names;
    for (const AlgorithmEntry& entry : algorithms())
      if (entry.local_steps) names += (names.empty() ? "" : ", ") + std::string(entry.name);
    refuse("shared.algorithm.kind", "one that takes local steps: " + names);
  }
  if (s.algorithm.batch == 0)
    refuse("shared.algorithm.batch", "above 0: rows are drawn by mini-batches");
  if (!(s.algorithm.step_size > 0))
    refuse("shared.algorithm.step_size", "given: the rules are for gradients over all rows");
  if (s.optimizer.kind != "sgd") refuse("shared.optimizer.kind", "\"sgd\"");
  if (s.optimizer.weight_decay > 0) refuse("shared.optimizer.weight_decay", "0");
  if (s.optimizer.clip_norm > 0) refuse("shared.optimizer.clip_norm", "0");
  if (s.optimizer.clip_value > 0) refuse("shared.optimizer.clip_value", "0");
}

void check_device(const Config& config) {
  const LocalSettings& l = config.local;
  require_device_name(l.device);
  const Settings& s = config.shared;
  if (l.device != "cpu" && s.optimizer.kind == "lbfgs" &&
      find_algorithm(s.algorithm.kind)->local_steps)
    throw ConfigError("local.device = \"" + l.device + "\": takes the steps of " +
                      s.algorithm.kind + " itself, and none of shared.optimizer.kind = \"lbfgs\"");
  if (l.tensor_cores == "none") return;
  const std::string key = "local.tensor_cores = \"" + l.tensor_cores + "\": ";
  if (l.device == "cpu") throw ConfigError(key + "local.device = \"cpu\" has none");
  if (s.precision != Precision::float32)
    throw ConfigError(key + "multiplies float32; shared.precision is \"float64\"");
}

// Limits that only mean something together.
void check_together(const Config& config) {
  const Settings& s = config.shared;
  if (config.local.grace > config.local.grace_max)
    throw ConfigError(
        "local.grace = " + config.values.at("local.grace").toml +
        ": must be at most local.grace_max = " + config.values.at("local.grace_max").toml);
  if (s.membership.resume == "exact" && s.membership.checkpoint_every == 0)
    throw ConfigError(
        "shared.membership.resume = \"exact\": needs shared.membership.checkpoint_every > 0");
  if (s.membership.min_nodes > s.topology.nodes)
    throw ConfigError("shared.membership.min_nodes = " + std::to_string(s.membership.min_nodes) +
                      ": there are " + std::to_string(s.topology.nodes) + " nodes");
  check_robust(config);
  if (s.chunk % 64 != 0)
    throw ConfigError("shared.chunk = " + std::to_string(s.chunk) + ": must be a multiple of 64");
  check_device(config);
  check_solver(config);
  const AlgorithmEntry* algorithm = find_algorithm(s.algorithm.kind);
  if (algorithm->needs_inputs && s.objective.kind != "vectors")
    throw ConfigError("shared.algorithm.kind = \"" + s.algorithm.kind +
                      "\": averages given vectors; allowed with it is shared.objective.kind = "
                      "\"vectors\", not \"" +
                      s.objective.kind + "\"");
}

}  // namespace

void apply_settings(Config& config, const std::map<std::string, std::string>& canonical) {
  const Values values{canonical};
  config.shared = shared_of(values, config);
  config.local = local_of(values);
  TopologySettings& topology = config.shared.topology;
  if (!topology.file.empty()) config.values.erase("shared.topology.kind");
  if (topology.nodes == 0) {
    topology.nodes = configured_topology(topology).graph.nodes();
    const std::string nodes = std::to_string(topology.nodes);
    config.values["shared.topology.nodes"] = {nodes, "the graph", nodes};
  }
  read_edge_weights(topology);
  check_together(config);
}

}  // namespace starling
