#include "tools/topology/schedules.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <ostream>

#include "tools/topology/files.h"
#include "topology/schedule_file.h"

namespace starling {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kRoundsLooked = 8;  // of a random schedule
constexpr std::uint64_t kArcsLooked = 400'000'000;
constexpr const char* kNoChebyshev =
    "refused: the matrices change from round to round and no polynomial bound holds, so it may "
    "amplify; mix plainly, or use a schedule that is exact, as base_graph";

bool is_static_kind(const std::string& name) {
  for (const GraphKind& kind : graph_kinds())
    if (kind.name == name) return true;
  return false;
}

std::unique_ptr<Schedule> load(const TopologyOptions& options) {
  if (find_schedule(options.subject)) {
    GraphParameters parameters = options.parameters;
    parameters.weights = options.weights;
    parameters.read_file = read_text;
    return make_schedule(options.subject, parameters);
  }
  if (options.has_parameters)
    throw UsageError("'" + options.subject +
                     "' is a file; --nodes, --seed and their like belong to a kind");
  if (!options.weights.empty())
    throw UsageError("'" + options.subject + "' is a schedule file; its weights stand in it, and " +
                     "--weights is not read");
  try {
    return read_schedule(read_text(options.subject));
  } catch (const GraphError& error) {
    throw GraphError(options.subject + ": " + error.what());
  }
}

void generate(const TopologyOptions& options) {
  const auto schedule = load(options);
  const auto rounds = options.rounds ? options.rounds : schedule->period();
  if (!rounds)
    throw UsageError("kind " + options.subject +
                     " has no period; allowed: --rounds R, how many to write");
  write_result(options, write_schedule(*schedule, *rounds, described(options)));
}

// The most neighbors that any node sends to or takes from in one round.
std::size_t degree_of_a_round(const Schedule& schedule) {
  std::size_t most = 0;
  std::uint64_t looked = 0;
  const std::uint64_t rounds = schedule.period().value_or(kRoundsLooked);
  for (std::uint64_t t = 0; t < rounds && looked < kArcsLooked; ++t) {
    const Digraph graph = schedule.round(t).graph;
    looked += graph.nodes() + graph.arcs();
    for (NodeId i = 0; i < graph.nodes(); ++i)
      most = std::max({most, graph.sources(i).size(), graph.targets(i).size()});
  }
  return most;
}

bool links_connect(const Schedule& schedule, std::uint64_t links) {
  const std::uint64_t n = schedule.nodes();
  return links == n * (n - 1) / 2 || connected(schedule.links());
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

bool is_schedule(const TopologyOptions& options) {
  const std::string& subject = options.subject;
  if (find_schedule(subject)) return true;
  if (is_static_kind(subject) || !std::filesystem::is_regular_file(subject)) return false;
  return is_schedule_text(read_text(subject));
}

void refuse_schedule_options(const TopologyOptions& options) {
  if (options.rounds) throw UsageError("--rounds is read for schedules only; see list");
  if (!options.parameters.graphs.empty())
    throw UsageError("--graphs is read for schedules only; see list");
  if (options.command == "generate" && !options.weights.empty())
    throw UsageError("option --weights is not read by generate for static graphs; allowed: weigh");
}

Json inspect_schedule(const Schedule& schedule, const std::string& name) {
  std::optional<ScheduleRate> rate;
  try {
    rate = schedule_rate(schedule);
  } catch (const GraphError&) {
    // Not settled: null below.
  }
  Json steps = nullptr;
  if (rate && rate->exact_after) {
    steps = *rate->exact_after;
  } else if (rate && rate->per_round < 1) {
    steps = static_cast<std::uint64_t>(
        std::max(1.0, std::ceil(std::log(1e-6) / std::log(rate->per_round))));
  }
  const std::uint64_t links = schedule.link_count();
  Json report;
  report["schedule"] = name;
  report["nodes"] = schedule.nodes();
  report["symmetric"] = schedule.symmetric();
  report["period"] = or_null(schedule.period());
  report["exact_after"] = rate ? or_null(rate->exact_after) : Json(nullptr);
  report["exact_from_any"] = rate ? or_null(rate->exact_from_any) : Json(nullptr);
  report["rate"] = rate ? Json(rate->per_round) : Json(nullptr);
  report["steps_to_1e-6"] = {{"plain", steps}, {"chebyshev", nullptr}};
  report["degree_round_max"] = degree_of_a_round(schedule);
  report["links"] = links;
  report["connected"] = links_connect(schedule, links);
  report["chebyshev"] = kNoChebyshev;
  return report;
}

void run_schedule(const TopologyOptions& options) {
  if (!options.samples.empty())
    throw UsageError("--samples is not read for a schedule; its nodes have equal shares");
  if (options.command == "generate") {
    generate(options);
  } else if (options.command == "inspect") {
    if (options.rounds) throw UsageError("--rounds is not read by inspect; allowed: generate");
    const bool kind = find_schedule(options.subject) != nullptr;
    write_report(options, inspect_schedule(*load(options), kind ? options.subject : "file"));
  } else {
    throw UsageError("'" + options.subject + "' is a schedule; allowed: generate, inspect");
  }
}

void list_schedules(Json& all) {
  all["schedules"] = Json::array();
  for (const ScheduleKind& kind : schedule_kinds())
    all["schedules"].push_back({{"name", kind.name},
                                {"summary", kind.summary},
                                {"parameters", kind.parameters},
                                {"source", kind.source}});
}

void list_schedules(std::ostream& text) {
  text << "schedules\n";
  for (const ScheduleKind& kind : schedule_kinds()) {
    std::string padded(kind.name);
    padded.resize(std::max<std::size_t>(22, padded.size() + 1), ' ');
    text << "  " << padded << kind.summary << " [" << kind.parameters << "]\n";
  }
}

}  // namespace starling
