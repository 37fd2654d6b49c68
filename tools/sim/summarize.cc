#include "tools/sim/summarize.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <utility>

#include "consensus/aggregators/requirements.h"
#include "consensus/requirements.h"
#include "consensus/schedule_mix.h"
#include "consensus/vector.h"
#include "node/data/adoption.h"
#include "node/error.h"
#include "node/files/run_folder.h"

namespace starling {

namespace {

using Values = std::vector<double>;

using Members = std::vector<std::uint32_t>;  // whose data counts

// f(x) and, unless `gradient` is null, its gradient.
double objective_at(Cluster& cluster, const Members& members, const Values& x,
                    Values* gradient = nullptr) {
  double value = 0, all = 0;
  Values part(x.size());
  if (gradient) gradient->assign(x.size(), 0.0);
  for (const std::uint32_t i : members) all += cluster.share(i);
  for (const std::uint32_t i : members) {
    const double share =
        members.size() == cluster.nodes() ? cluster.share(i) : cluster.share(i) / all;
    value +=
        share * cluster.objective(i).gradient<double>(x.data(), gradient ? part.data() : nullptr);
    if (!gradient) continue;
    for (std::size_t k = 0; k < x.size(); ++k) (*gradient)[k] += share * part[k];
  }
  return value;
}

double norm(const Values& v) { return std::sqrt(dot(v.data(), v.data(), v.size())); }

Json train_accuracy(Cluster& cluster, const Members& members, const Values& x) {
  std::uint64_t correct = 0, rows = 0;
  for (const std::uint32_t i : members) {
    const starling_data& view = cluster.objectives[i]->view;
    if (!cluster.objective(i).has_accuracy() || view.rows == 0) return nullptr;
    correct += cluster.objective(i).correct<double>(x.data(), view);
    rows += view.rows;
  }
  return static_cast<double>(correct) / static_cast<double>(rows);
}

// On rows that nobody learned from; null where none are named, or nothing is predicted.
Json test_accuracy(Cluster& cluster, const Values& x) {
  const LocalSettings& local = cluster.config.local;
  if (local.test_data.empty() || !cluster.objective(0).has_accuracy()) return nullptr;
  const Dataset test = load_test_set(local.test_data, local.test_labels, cluster.experiment.data,
                                     cluster.config.shared.objective.scale);
  const std::uint64_t correct = cluster.objective(0).correct<double>(x.data(), test.view());
  return static_cast<double>(correct) / static_cast<double>(test.rows());
}

// Whose rows the members work on: their own, or everyone's where those of absent nodes are adopted.
Members owners_of_data(const Cluster& cluster, const Members& members) {
  if (cluster.config.shared.membership.on_death != "adopt") return members;
  Members all(cluster.nodes());
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

// How much each node's model counts in the mean; 0 for those that are no members.
Values masses(const Cluster& cluster, const Members& members) {
  Values mass(cluster.nodes(), 0.0);
  const auto owners = owners_of_shards(cluster.nodes(), members);
  for (const std::uint32_t shard : owners_of_data(cluster, members))
    mass[owners[shard]] += cluster.pi(shard);
  return mass;
}

// Whom the figures are about: everyone but the nodes that were told to lie.
Members honest_of(const Cluster& cluster, Members members) {
  std::erase_if(members, [&](std::uint32_t i) { return cluster.config.shared.attack.by(i); });
  return members;
}

// Figures of the models of the last view, on its members' data.
void add_models(Json& summary, Cluster& cluster, std::span<const NodeResult> nodes,
                const Members& members) {
  const Members honest = honest_of(cluster, members);
  const std::size_t d = cluster.objective(0).dimension();
  Values mean(d, 0.0);
  const Values weights = masses(cluster, honest);
  double mass = 0;
  for (const std::uint32_t i : honest) {
    if (!nodes[i].model) continue;
    if (nodes[i].model->size() != d)
      throw RunError("node-" + std::to_string(i) +
                     "/model.safetensors: " + std::to_string(nodes[i].model->size()) +
                     " parameters, but the objective has " + std::to_string(d));
    mass += weights[i];
    for (std::size_t k = 0; k < d; ++k) mean[k] += weights[i] * (*nodes[i].model)[k];
  }
  if (mass == 0) {
    for (const char* key : {"objective", "objective_worst", "gradient_norm", "consensus_error"})
      summary[key] = nullptr;
    summary["accuracy"] = {{"train", nullptr}, {"test", nullptr}};
    return;
  }
  for (double& value : mean) value /= mass;
  Values gradient, difference(d);
  const Members data = owners_of_data(cluster, honest);
  const double value = objective_at(cluster, data, mean, &gradient);
  double worst = value, spread = 0;
  for (const std::uint32_t i : honest) {
    if (!nodes[i].model) continue;
    const Values& x = *nodes[i].model;
    const double own = objective_at(cluster, data, x);
    if (!(own <= worst)) worst = own;
    for (std::size_t k = 0; k < d; ++k) difference[k] = x[k] - mean[k];
    spread += weights[i] / mass * dot(difference.data(), difference.data(), d);
  }
  summary["objective"] = value;
  summary["objective_worst"] = worst;
  summary["gradient_norm"] = norm(gradient);
  summary["consensus_error"] = std::sqrt(spread);
  summary["accuracy"] = {{"train", train_accuracy(cluster, owners_of_data(cluster, members), mean)},
                         {"test", test_accuracy(cluster, mean)}};
}

// How the nodes mixed in the end: the same on all that mixed, so the first one's word is taken.
const Json* mixing(std::span<const NodeResult> nodes) {
  for (const NodeResult& node : nodes)
    if (node.summary && node.summary->contains("mixing") &&
        node.summary->at("mixing").at("steps") > 0)
      return &node.summary->at("mixing");
  return nullptr;
}

// What a running cluster changed its graph or weights to: on all nodes at the same steps.
Json switches(std::span<const NodeResult> nodes) {
  for (const NodeResult& node : nodes)
    if (node.summary && node.summary->contains("switches")) return node.summary->at("switches");
  return Json::array();
}

// Of the mixes since the last change of the plan. predicted: no mix does worse. mean_square: what
// independent random rounds give on average; of them nothing is promised. Where mixing makes no
// means (push-sum, robust rules) both are null.
Json contraction(Cluster& cluster, std::span<const NodeResult> nodes, const Members& members) {
  const Agreement& agreement = cluster.agreement;
  Json result{{"measured", nullptr}, {"predicted", nullptr}};
  if (mixes_whole_vectors(cluster.config.shared)) return result;
  const Json* used = mixing(nodes);
  if (switches(nodes).empty()) {
    if (!satisfies(nature_of(agreement), GraphNeed::doubly_stochastic)) return result;
    if (agreement.schedule && !agreement.schedule->period())
      result["mean_square"] =
          std::pow(schedule_rate(*agreement.schedule).per_round, agreement.mix.steps());
  }
  result["predicted"] = used ? used->at("contraction_promised") : Json(agreement.mix.contraction);
  std::vector<std::vector<ContractionRecorder::Record>> records;
  std::vector<double> stationary;
  const Values weights = masses(cluster, members);
  const double mass = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (const std::uint32_t i : members) {
    if (!nodes[i].contraction) return result;
    records.push_back(*nodes[i].contraction);
    stationary.push_back(members.size() == nodes.size() ? cluster.pi(i) : weights[i] / mass);
  }
  // Below, a mix only shows the rounding of its values: after it the disagreement is as much
  // smaller.
  const Json& predicted = result["predicted"];
  const double promised = predicted.is_number() ? predicted.get<double>() : 1;
  const double noise =
      cluster.ran_in == Precision::float32 ? 1e-3 : 1e-9 / std::clamp(promised, 1e-4, 1.0);
  result["measured"] = measured_contraction(records, stationary, noise);
  return result;
}

// How often the graph repeats, after how many rounds it has averaged, and how fast it does; null:
// never, or not known.
Json schedule(const Schedule& schedule) {
  const auto known = [](const std::optional<std::uint64_t>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  const ScheduleRate rate = schedule_rate(schedule);
  return {{"period", known(schedule.period())},
          {"exact_after", known(rate.exact_after)},
          {"rate", rate.per_round}};
}

template <class Number>
Number figure(const NodeResult& node, const char* key) {
  if (!node.summary) return 0;
  const auto found = node.summary->find(key);
  return found != node.summary->end() && found->is_number() ? found->template get<Number>()
                                                            : Number(0);
}

// The views a node was in, oldest first: {members, step}.
const Json& views_of(const NodeResult& node) {
  static const Json none = Json::array();
  return node.summary && node.summary->contains("views") ? node.summary->at("views") : none;
}

// The nodes of the last view, all where none is known; those that left nothing may have been cut
// from it.
Members last_members(std::span<const NodeResult> nodes) {
  const Json* last = nullptr;
  for (const NodeResult& node : nodes) {
    const Json& views = views_of(node);
    if (!views.empty() && (!last || views.back().at("step") >= last->at("step")))
      last = &views.back();
  }
  if (last) return last->at("members").get<Members>();
  Members all(nodes.size());
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

// The worst of the last view's members; one of them without a summary has failed.
std::string status(std::span<const NodeResult> nodes, const Members& members) {
  const std::string order[] = {"converged", "stopped", "left", "budget", "failed"};
  std::size_t worst = 0;
  for (const std::uint32_t i : members) {
    const std::string word =
        nodes[i].summary ? nodes[i].summary->value("status", "failed") : "failed";
    const auto at = static_cast<std::size_t>(std::find(order, order + 4, word) - order);
    worst = std::max(worst, at);
  }
  return order[worst];
}

// The views that were begun, each once, in the order they began.
Json views(std::span<const NodeResult> nodes) {
  std::vector<Json> found;
  for (const NodeResult& node : nodes)
    for (const Json& view : views_of(node))
      if (std::find(found.begin(), found.end(), view) == found.end()) found.push_back(view);
  std::stable_sort(found.begin(), found.end(),
                   [](const Json& a, const Json& b) { return a.at("step") < b.at("step"); });
  Json list = Json::array();
  for (const Json& view : found)
    list.push_back({{"members", view.at("members")}, {"begin", view.at("step")}});
  return list;
}

// Of each node that was heard under a robust rule, what all its neighbors made of it.
Json aggregation(std::span<const NodeResult> nodes) {
  Json total, list = Json::array();
  for (const NodeResult& node : nodes) {
    if (!node.summary || !node.summary->contains("mixing")) continue;
    const Json& mixing = node.summary->at("mixing");
    if (!mixing.contains("aggregation")) continue;
    const Json& own = mixing.at("aggregation");
    total = {{"rule", own.at("rule")}, {"tolerated", own.at("tolerated")}};
    for (const Json& tally : own.at("neighbors")) {
      const auto id = tally.at("id").get<std::size_t>();
      while (list.size() <= id) list.push_back({{"id", list.size()}});
      for (const auto& [key, count] : tally.items())
        if (key != "id")
          list[id][key] = list[id].value(key, std::uint64_t{0}) + count.get<std::uint64_t>();
    }
  }
  if (!total.is_null()) total["nodes"] = std::move(list);
  return total;
}

Json details(std::span<const NodeResult> nodes) {
  Json list = Json::array();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Json detail = nodes[i].summary ? *nodes[i].summary : Json{{"id", i}, {"status", "missing"}};
    detail["samples"] = nodes[i].samples ? Json(*nodes[i].samples) : Json(nullptr);
    list.push_back(std::move(detail));
  }
  return list;
}

}  // namespace

Json summarize(Cluster& cluster, std::span<const NodeResult> nodes) {
  std::uint64_t steps = 0, gossip_steps = 0, bytes = 0, control_bytes = 0;
  double wall_seconds = 0;
  const Members members = last_members(nodes);
  for (const NodeResult& node : nodes) {
    steps = std::max(steps, figure<std::uint64_t>(node, "steps"));
    gossip_steps = std::max(gossip_steps, figure<std::uint64_t>(node, "gossip_steps"));
    bytes += figure<std::uint64_t>(node, "bytes_sent");
    control_bytes += figure<std::uint64_t>(node, "control_bytes_sent");
    wall_seconds = std::max(wall_seconds, figure<double>(node, "wall_seconds"));
  }
  Json summary{{"name", cluster.config.shared.name},
               {"status", status(nodes, members)},
               {"algorithm", cluster.config.shared.algorithm.kind},
               {"nodes", cluster.nodes()},
               {"members", members},
               {"steps", steps},
               {"gossip_steps", gossip_steps}};
  add_models(summary, cluster, nodes, members);
  summary["bytes_sent"] = bytes;
  summary["control_bytes_sent"] = control_bytes;
  summary["wall_seconds"] = wall_seconds;
  summary["contraction"] = contraction(cluster, nodes, members);
  const Json* used = mixing(nodes);
  summary["mixing_steps"] = used ? used->at("steps") : Json(cluster.agreement.mix.steps());
  summary["step_size"] = used ? used->at("step_size") : Json(cluster.agreement.step_size);
  summary["mixing"] = used ? *used : Json(nullptr);
  if (used) summary["mixing"].erase("aggregation");  // of one node's neighbors: in its details
  if (Json robust = aggregation(nodes); !robust.is_null())
    summary["aggregation"] = std::move(robust);
  if (const AttackSettings& attack = cluster.config.shared.attack; attack.kind != "none")
    summary["attack"] = {{"kind", attack.kind}, {"nodes", attack.nodes}};
  const WeightNote& note = cluster.agreement.matrix.note;
  summary["weights"] = {{"rule", note.rule}, {"why", note.why}};
  if (cluster.agreement.schedule) summary["schedule"] = schedule(*cluster.agreement.schedule);
  summary["switches"] = switches(nodes);
  summary["views"] = views(nodes);
  summary["nodes_detail"] = details(nodes);
  return summary;
}

std::unique_ptr<Cluster> exact_cluster(Config config) {
  const Precision ran_in = std::exchange(config.shared.precision, Precision::float64);
  AttackSettings attack = config.shared.attack;
  if (attack.kind == "label_flip") config.shared.attack = {};  // the labels as they are
  auto cluster = make_cluster(config);
  cluster->config.shared.attack = std::move(attack);
  cluster->ran_in = ran_in;
  return cluster;
}

Json summarize_folder(const std::string& folder) {
  const std::string file = (std::filesystem::path(folder) / "config.toml").string();
  if (!std::filesystem::exists(file))
    throw RunError(folder + ": holds no config.toml: is it a run folder?");
  ConfigSources sources;
  sources.file = file;  // no environment: what ran is what stands there
  const auto cluster = exact_cluster(load_config(sources));
  const Json summary = summarize(*cluster, read_results(folder, cluster->nodes()));
  const RunFolder run_folder(folder);
  run_folder.write_topology(cluster->experiment.graph, cluster->experiment.schedule.get());
  run_folder.write_summary(summary.dump(2) + "\n");
  return summary;
}

}  // namespace starling
