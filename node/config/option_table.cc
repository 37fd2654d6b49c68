#include "consensus/aggregators/aggregator.h"
#include "consensus/algorithms/registry.h"
#include "consensus/attacks/attack.h"
#include "consensus/objectives/objective.h"
#include "consensus/optimizers/optimizer.h"
#include "consensus/step_schedule.h"
#include "node/config/options.h"
#include "topology/digraph_generators.h"
#include "topology/generators.h"
#include "topology/mixing_matrix.h"
#include "topology/schedule.h"
#include "topology/weights/directed_rules.h"

namespace starling {
namespace {

// The names of a registry, separated by spaces.
template <class Entries>
std::string names_of(const Entries& entries) {
  std::string text;
  for (const auto& entry : entries) text += (text.empty() ? "" : " ") + std::string(entry.name);
  return text;
}

Option text(std::string key, std::string standard, std::string help, std::string choices = {},
            std::string later = {}) {
  Option option;
  option.key = std::move(key);
  option.standard = std::move(standard);
  option.help = std::move(help);
  option.choices = std::move(choices);
  option.later = std::move(later);
  return option;
}

Option file(std::string key, std::string help) {
  Option option = text(std::move(key), "", std::move(help));
  option.file = true;
  return option;
}

Option number(OptionType type, std::string key, std::string standard, double least, double most,
              std::string help) {
  Option option = text(std::move(key), std::move(standard), std::move(help));
  option.type = type;
  option.least = least;
  option.most = most;
  return option;
}

Option integer(std::string key, std::string standard, double least, double most, std::string help) {
  return number(OptionType::integer, std::move(key), std::move(standard), least, most,
                std::move(help));
}

Option real(std::string key, std::string standard, double least, double most, std::string help) {
  return number(OptionType::real, std::move(key), std::move(standard), least, most,
                std::move(help));
}

Option or_auto(Option option) {
  option.automatic = true;
  return option;
}

Option above(Option option) {
  option.above_least = true;
  return option;
}

constexpr double kAny = std::numeric_limits<double>::max();
constexpr double kMaxInteger = 9223372036854775807.0;  // what TOML can say
constexpr double kMaxNodes = 1e6;
constexpr double kDay = 86400;

void add_general(std::vector<Option>& table) {
  table.push_back(text("shared.name", "starling", "name of the cluster and of the run folder"));
  table.push_back(integer("shared.seed", "1", 0, kMaxInteger, "names every random stream"));
  table.push_back(
      text("shared.precision", "float64", "of parameters and gossip", "float32 float64"));
  table.push_back(text("shared.wire", "same", "precision on the wire", "same", "float32 bfloat16"));
  table.push_back(integer("shared.chunk", "262144", 64, 1 << 26,
                          "bytes of a chunk; vectors up to twice this stay whole"));
  table.push_back(
      text("shared.checksum", "auto",
           "what a frame's checksum covers; auto: header with public keys, else payload",
           "auto payload header"));
  table.push_back(text("shared.security", "auto",
                       "auto: public keys are needed off loopback; none: in the clear",
                       "auto none"));
}

void add_objective(std::vector<Option>& table, std::string_view kind) {
  const std::string section = "shared.objective.";
  table.push_back(
      text(section + "kind", "logistic", "what is minimised", names_of(objectives()) + " plugin"));
  if (kind == "plugin") {
    table.push_back(file(section + "library", "the shared library of your objective"));
    table.push_back(text(section + "options", "", "told to it as it stands"));
  }
  table.push_back(file(section + "data", "samples: LIBSVM, IDX, CSV or NPY, plain or gzip"));
  table.push_back(file(section + "labels", "label file of an IDX or NPY pair, or label=COLUMN"));
  table.push_back(text(section + "scale", "none", "of the whole data set, before it is cut",
                       "none standardize unit_rows max:V"));
  table.push_back(text(section + "weighting", "samples",
                       "samples: each counts once; nodes: plain mean of the f_i", "samples nodes"));
  table.push_back(text(section + "partition", "iid", "which rows each node owns",
                       "iid contiguous sorted dirichlet:A groups:FILE sizes:powerlaw"));
  if (const ObjectiveEntry* entry = find_objective(kind))
    for (const std::string_view key : split_words(entry->keys))
      table.push_back(number(OptionType::number, section + std::string(key), "", -kAny, kAny,
                             "own key of " + std::string(kind)));
  if (const ObjectiveEntry* entry = find_objective(kind))
    for (const std::string_view key : split_words(entry->words))
      table.push_back(text(section + std::string(key), "", "own key of " + std::string(kind)));
}

void add_topology(std::vector<Option>& table) {
  const std::string section = "shared.topology.";
  table.push_back(text(section + "kind", "ring",
                       "generated graph, directed graph or schedule of graphs",
                       names_of(graph_kinds()) + " " + names_of(digraph_kinds()) + " " +
                           names_of(schedule_kinds())));
  table.push_back(file(section + "file", "edge list, instead of kind"));
  table.push_back(integer(section + "nodes", "", 1, kMaxNodes, "number of nodes"));
  table.push_back(integer(section + "degree", "", 1, kMaxNodes, "for kinds that read it"));
  table.push_back(integer(section + "rows", "", 1, kMaxNodes, "for kinds that read it"));
  table.push_back(integer(section + "columns", "", 1, kMaxNodes, "for kinds that read it"));
  table.push_back(real(section + "probability", "", 0, 1, "for kinds that read it"));
  table.push_back(above(real(section + "radius", "", 0, 2, "for kinds that read it")));
  table.push_back(
      text(section + "graphs", "", "static kinds or files that a schedule is made of: ring,torus"));
  table.push_back(integer(section + "seed", "1", 0, kMaxInteger, "of random graphs"));
  table.push_back(integer(section + "from_step", "0", 0, kMaxInteger,
                          "in a switch file: made at the first lap's end from this step on"));
  table.push_back(text(section + "weights", "auto",
                       "weight rule, or file: the third column of the edge list",
                       names_of(weight_rules()) + " file " + names_of(directed_rules())));
  table.push_back(text(section + "spectrum", "edges",
                       "edges: of the whole graph; gossip: estimated by the nodes together",
                       "edges gossip"));
}

void add_local_work(std::vector<Option>& table) {
  std::string s = "shared.optimizer.";
  table.push_back(
      text(s + "kind", "sgd", "what becomes of x along a gradient", names_of(optimizers())));
  table.push_back(real(s + "momentum", "0.9", 0, 1 - 1e-9, "of momentum, nesterov"));
  table.push_back(
      real(s + "beta_1", "0.9", 0, 1 - 1e-9, "of the mean of gradients: adam, adamw, amsgrad"));
  table.push_back(real(s + "beta_2", "0.999", 0, 1 - 1e-9,
                       "of the mean of their squares: the same, and rmsprop"));
  table.push_back(above(real(s + "epsilon", "1e-08", 0, kAny, "added to a root in a denominator")));
  table.push_back(real(s + "weight_decay", "0", 0, kAny,
                       "times x, added to the gradient; of adamw "
                       "x shrinks by it"));
  table.push_back(real(s + "clip_norm", "0", 0, kAny, "most |gradient|; 0 = off"));
  table.push_back(real(s + "clip_value", "0", 0, kAny, "most |entry| of a gradient; 0 = off"));
  table.push_back(integer(s + "history", "10", 1, 1000, "of lbfgs: changes of x and g it keeps"));
  s = "shared.step_schedule.";
  table.push_back(
      text(s + "kind", "constant", "how the step size goes on", names_of(step_schedules())));
  table.push_back(integer(s + "warm_up", "0", 0, kMaxInteger, "steps of linear growth, first"));
  table.push_back(
      integer(s + "every", "1000", 1, kMaxInteger, "steps: period of step, exponential"));
  table.push_back(above(real(s + "factor", "0.1", 0, 1, "of step, exponential: once a period")));
  table.push_back(
      integer(s + "total", "0", 0, kMaxInteger, "steps to the end of cosine; 0: stop.steps"));
  table.push_back(real(s + "least", "0", 0, 1, "of cosine: the end, relative to the start"));
  table.push_back(integer(s + "reference_batch", "0", 0, kMaxInteger,
                          "times nodes * batch / this: linear scaling; 0 = off"));
}

void add_method(std::vector<Option>& table) {
  table.push_back(text("shared.mixing.acceleration", "auto", "none: plain gossip; auto: chebyshev",
                       "none chebyshev auto"));
  table.push_back(or_auto(integer("shared.mixing.steps", "auto", 1, 65535,
                                  "gossip steps K of one mix; auto: contraction <= 0.05")));
  table.push_back(or_auto(real("shared.mixing.lambda_2", "auto", -1, 1 - 1e-9,
                               "upper end of the interval; auto: of W's spectrum")));
  table.push_back(
      or_auto(real("shared.mixing.lambda_n", "auto", -1, 1 - 1e-9, "lower end of the interval")));
  table.push_back(text("shared.mixing.on_mismatch", "safe",
                       "when a mix contracts less than promised: go on with a safe interval, or "
                       "fail",
                       "safe stop"));
  table.push_back(text("shared.mixing.aggregator", "none",
                       "robust rule in place of W, against neighbors that lie",
                       "none " + names_of(aggregators())));
  table.push_back(integer("shared.mixing.tolerated", "1", 0, kMaxNodes,
                          "of the rule: so many neighbors of each node may lie"));
  table.push_back(or_auto(above(real("shared.mixing.radius", "auto", 0, kAny,
                                     "of centered_clipping; auto: from the distances"))));
  table.push_back(
      text("shared.algorithm.kind", "gradient_tracking", "the algorithm", names_of(algorithms())));
  table.push_back(or_auto(above(
      real("shared.algorithm.step_size", "auto", 0, kAny, "auto: the algorithm's own rule"))));
  table.push_back(integer("shared.algorithm.local_steps", "1", 1, 1e6,
                          "gradient steps E on the own objective between two mixings"));
  table.push_back(integer("shared.algorithm.batch", "0", 0, 1e12,
                          "rows of a mini-batch, each node's own; 0: gradients of all rows"));
  add_local_work(table);
  table.push_back(integer("shared.stop.steps", "1000", 0, kMaxInteger, "at most"));
  table.push_back(
      real("shared.stop.gradient_norm", "0", 0, kAny, "of the global objective; 0 = off"));
  table.push_back(real("shared.stop.relative_error", "0", 0, kAny,
                       "|x - x*| / |x*|, for a known optimum; 0 = off"));
  table.push_back(real("shared.stop.seconds", "0", 0, kAny, "of wall clock; 0 = off"));
  table.push_back(text("shared.synchrony.mode", "bsp", "when a node goes on", "bsp", "ssp async"));
  table.push_back(integer("shared.membership.min_nodes", "0", 0, kMaxNodes,
                          "0 = more than half of the configured"));
  table.push_back(text("shared.membership.on_death", "drop", "what becomes of a dead node's data",
                       "drop adopt wait"));
  table.push_back(text("shared.membership.resume", "warm",
                       "when all were stopped: exact: from a checkpoint common to all, or not at "
                       "all; warm: else from where each stood",
                       "warm exact"));
  table.push_back(integer("shared.membership.checkpoint_every", "0", 0, kMaxInteger,
                          "steps from one checkpoint to the next; 0 = none"));
}

void add_attack(std::vector<Option>& table) {
  table.push_back(text("shared.attack.kind", "none",
                       "for tests only: what the named nodes tell their neighbors",
                       "none " + names_of(attacks())));
  table.push_back(text("shared.attack.nodes", "", "for tests only: who lies, as 0,6"));
}

void add_local(std::vector<Option>& table) {
  table.push_back(text("local.device", "cpu", "where gradients are computed: cpu, cuda or cuda:N"));
  table.push_back(text("local.tensor_cores", "none",
                       "of a CUDA device: factors of dense products rounded to 10 or 7 bits",
                       "none tf32 bf16"));
  table.push_back(text("local.cpus", "any", "this process stays on them: a list, or numa:N"));
  table.push_back(integer("local.threads", "1", 1, 1024, "of the solver"));
  table.push_back(text("local.solver", "gradient", "how local steps are taken",
                       "gradient hogwild atomic striped locked"));
  table.push_back(above(real("local.grace", "1", 0, kDay,
                             "seconds: least silence after which a link counts as silent")));
  table.push_back(above(real("local.grace_max", "30", 0, kDay, "seconds: the most")));
  table.push_back(integer("local.link_window", "1048576", 64, 1e12,
                          "bytes sent and not yet taken, per stream and link"));
  table.push_back(
      above(real("local.start_limit", "60", 0, kDay, "seconds to wait for all at first")));
  table.push_back(
      real("local.hold_limit", "60", 0, kDay, "seconds to wait with fewer than min_nodes"));
  table.push_back(
      file("local.data_store",
           "folder on a disk for the rows of sets larger than memory; none: in memory"));
  table.push_back(file("local.test_data", "samples that nobody learns from, for the summary"));
  table.push_back(file("local.test_labels", "their label file, or label=COLUMN"));
  table.push_back(file("local.switch_file", "read while running: another graph or other weights"));
  table.push_back(file("local.secret_key_file",
                       "this node's secret key, of starling-topology keys; readable by you alone"));
}

}  // namespace

std::vector<Option> option_table(std::string_view objective_kind) {
  std::vector<Option> table;
  add_general(table);
  add_objective(table, objective_kind);
  add_topology(table);
  add_method(table);
  add_attack(table);
  add_local(table);
  return table;
}

}  // namespace starling
