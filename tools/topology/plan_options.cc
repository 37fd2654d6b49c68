#include "tools/topology/plan_options.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>
#include <system_error>

#include "consensus/algorithms/modes.h"
#include "topology/nearest.h"
#include "topology/plan/units.h"

namespace starling {
namespace {

namespace po = boost::program_options;

constexpr const char* kTime = "a time, as 50us, 2ms, 0.1s";
constexpr const char* kBandwidth = "bytes per second, as 1e9, 125MB, 10Gbit";

// The given options, read one by one.
class Given {
 public:
  explicit Given(const TopologyOptions& options) : values_(options.plan) {}

  const std::string* text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }
  const std::string& required(const std::string& name, const char* allowed) const {
    if (const std::string* given = text(name)) return *given;
    throw UsageError("plan needs --" + name + "; allowed: " + allowed);
  }
  // The value read by `how`, which returns none for what is not allowed.
  template <class Read>
  auto read(const std::string& name, const std::string& value, const char* allowed,
            Read how) const {
    const auto result = how(std::string_view(value));
    if (!result) throw UsageError("--" + name + " = '" + value + "'; allowed: " + allowed);
    return *result;
  }
  template <class Target, class Read>
  void maybe(const std::string& name, Target& target, const char* allowed, Read how) const {
    if (const std::string* given = text(name))
      target = static_cast<Target>(read(name, *given, allowed, how));
  }

 private:
  const std::map<std::string, std::string>& values_;
};

std::optional<double> number_from(std::string_view text, double least) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || value < least) return std::nullopt;
  return value;
}

// Whole numbers may be written 1e6.
auto whole(double least, double most) {
  return [least, most](std::string_view text) -> std::optional<std::uint64_t> {
    const auto value = number_from(text, least);
    if (!value || *value > most || *value != std::floor(*value)) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
  };
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, ',');)
    if (!word.empty()) result.push_back(word);
  return result;
}

std::string file_text(const std::string& option, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text) throw UsageError("--" + option + " = '" + path + "': cannot be read");
  return std::move(text).str();
}

// One figure, or a file with one for every pair.
std::vector<double> link_figures(const Given& given, const std::string& name, NodeId nodes,
                                 const char* allowed,
                                 std::optional<double> (*read)(std::string_view)) {
  const std::string file = name + "-matrix";
  const std::string* path = given.text(file);
  if (path && given.text(name))
    throw UsageError("--" + name + " and --" + file + " are both given: choose one");
  if (!path) return {given.read(name, given.required(name, allowed), allowed, read)};
  try {
    return read_link_matrix(file_text(file, *path), nodes, read);
  } catch (const GraphError& error) {
    throw UsageError("--" + file + " = '" + *path + "': " + error.what() + "; allowed: " + allowed);
  }
}

void read_machines(const Given& given, PlanQuestion& q) {
  given.maybe("processes-per-machine", q.machines.processes, "a whole number from 1 on",
              whole(1, 1e6));
  given.maybe("cores", q.machines.cores, "a whole number from 1 on", whole(1, 1e6));
  given.maybe("gossip-time", q.machines.gossip_s, kTime, parse_seconds);
  given.maybe("message-time", q.machines.message_s, kTime, parse_seconds);
  given.maybe("byte-time", q.machines.byte_s, kTime, parse_seconds);
  given.maybe("step-time", q.step_s, kTime, parse_seconds);
  if (const std::string* duplex = given.text("duplex")) {
    if (*duplex != "full" && *duplex != "half")
      throw UsageError("--duplex = '" + *duplex + "'; allowed: full half");
    q.machines.full_duplex = *duplex == "full";
  }
}

void read_lists(const Given& given, PlanQuestion& q) {
  if (const std::string* list = given.text("topologies")) q.topologies = words(*list);
  if (const std::string* list = given.text("weights")) q.weights = words(*list);
  if (const std::string* list = given.text("algorithms")) q.algorithms = words(*list);
  std::vector<std::string_view> names;
  std::string allowed;
  for (const StepModes& modes : step_modes()) {
    names.push_back(modes.algorithm);
    allowed += ' ';
    allowed += modes.algorithm;
  }
  for (const std::string& name : q.algorithms)
    if (!find_step_modes(name))
      throw UsageError("--algorithms: '" + name + "' cannot be planned" +
                       did_you_mean(name, names) + "; allowed:" + allowed);
}

}  // namespace

void describe_plan_options(po::options_description& options) {
  const auto text = [] { return po::value<std::string>(); };
  options.add_options()("parameters", text(), "plan: d, values in the model")(
      "precision", text(), "plan: float32 | float64 (float64)")(
      "bandwidth", text(), "plan: of a node's card, bytes per second, as 10Gbit, 1.25GB, 1e9")(
      "latency", text(), "plan: one way, as 50us, 2ms")(
      "bandwidth-matrix", text(), "plan: a file of n x n bandwidths, from row to column")(
      "latency-matrix", text(), "plan: a file of n x n latencies")("compute-time", text(),
                                                                   "plan: of one gradient, as 5ms")(
      "kappa", text(), "plan: condition number L / mu of the objective")(
      "accuracy", text(), "plan: distance to the optimum, relative to the start (1e-6)")(
      "steps", text(), "plan: a run of so many steps instead")(
      "topologies", text(), "plan: only these, KIND or KIND:DEGREE, as ring,regular:4")(
      "algorithms", text(), "plan: only these")("processes-per-machine", text(),
                                                "plan: nodes that share a machine (1)")(
      "cores", text(), "plan: of a machine (2)")("duplex", text(), "plan: full | half (full)")(
      "gossip-time", text(), "plan: a node's own work per gossip step (10us)")(
      "message-time", text(), "plan: and per message (5us)")("byte-time", text(),
                                                             "plan: and per byte of it (0.4ns)")(
      "step-time", text(), "plan: a node's own work per step (30us)")(
      "chunk", text(), "plan: shared.chunk, bytes (262144)")(
      "link-window", text(), "plan: local.link_window, bytes (1048576)");
}

PlanQuestion plan_question(const TopologyOptions& options) {
  const Given given(options);
  PlanQuestion q;
  const char* nodes = "a whole number, 2 .. 10000";
  q.nodes = static_cast<NodeId>(
      given.read("nodes", given.required("nodes", nodes), nodes, whole(2, 1e4)));
  const char* count = "a whole number, 1 or more, as 1e6";
  q.parameters =
      given.read("parameters", given.required("parameters", count), count, whole(1, 1e15));
  const char* condition = "a number, 1 or more";
  q.kappa = given.read("kappa", given.required("kappa", condition), condition,
                       [](std::string_view text) { return number_from(text, 1); });
  q.compute_s =
      given.read("compute-time", given.required("compute-time", kTime), kTime, parse_seconds);
  q.links.nodes = q.nodes;
  q.links.latency_s = link_figures(given, "latency", q.nodes, kTime, parse_seconds);
  q.links.bandwidth = link_figures(given, "bandwidth", q.nodes, kBandwidth, parse_bytes_per_second);
  given.maybe("accuracy", q.accuracy, "a number between 0 and 1, as 1e-6",
              [](std::string_view text) {
                const auto value = number_from(text, 1e-300);
                return value && *value < 1 ? value : std::nullopt;
              });
  given.maybe("steps", q.steps, count, whole(1, 1e15));
  given.maybe("chunk", q.chunk_bytes, count, whole(1, 1e9));
  given.maybe("link-window", q.link_window, count, whole(1, 1e12));
  given.maybe("seed", q.seed, "a whole number, 0 or more", whole(0, 9e15));
  if (const std::string* precision = given.text("precision")) {
    if (*precision != "float32" && *precision != "float64")
      throw UsageError("--precision = '" + *precision + "'; allowed: float32 float64");
    q.precision = *precision == "float32" ? Precision::float32 : Precision::float64;
  }
  read_machines(given, q);
  read_lists(given, q);
  return q;
}

}  // namespace starling
