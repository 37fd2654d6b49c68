// starling-sim: whole clusters in one process, the registries, and the figures of finished runs.

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <tuple>

#include "node/cli.h"
#include "node/cpus.h"
#include "node/error.h"
#include "node/exit_code.h"
#include "tools/sim/list.h"
#include "tools/sim/seeds.h"
#include "tools/sim/simulate.h"
#include "tools/sim/summarize.h"

namespace {

volatile std::sig_atomic_t caught_signal = 0;

// The first asks for a clean stop; the second ends the process at once.
void on_signal(int signal) {
  if (caught_signal) _exit(starling::signal_exit_code(signal));
  caught_signal = signal;
}

void listen_to_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

std::string presets() {
  std::string names;
  for (const auto& recipe : starling::fault_recipes())
    names += (names.empty() ? "" : ", ") + std::string(recipe.name);
  return names;
}

starling::CliProgram describe() {
  starling::CliProgram program;
  program.name = "starling-sim";
  program.usage =
      "starling-sim --config FILE [--executor lockstep] [--nodes N] [--seed S] [--set ...]... "
      "[--out DIR] [--json]\n"
      "       starling-sim --config FILE --executor network [--faults FILE|PRESET] [--seeds A..B] "
      "[--trace FILE]\n"
      "                    [--nodes N] [--seed S] [--set ...]... [--json]\n"
      "       starling-sim list [CATEGORY] [--json]\n"
      "       starling-sim summarize DIR";
  program.summary =
      "Runs all nodes of a configuration in one process, in lockstep or on a simulated network; "
      "lists what is registered.";
  program.options = starling::config_options();
  program.options.push_back(
      {"executor", "NAME",
       "lockstep (default): exact, all nodes at once; network: the nodes' own code in virtual time",
       false});
  program.options.push_back(
      {"faults", "FILE|PRESET",
       "network: a file of faults as a violation prints them, or " + presets() + " (default none)",
       false});
  program.options.push_back(
      {"seeds", "A..B", "network: a run for each seed, with the faults it draws (default 1..1)",
       false});
  program.options.push_back(
      {"first-failure", "", "network: no seed after one that violates a rule", false});
  program.options.push_back(
      {"trace", "FILE", "network: the events of the last seed, for Chrome's trace viewer", false});
  program.options.push_back(
      {"nodes", "N", "in place of shared.topology.nodes; network: also A..B, drawn", false});
  program.options.push_back({"seed", "S", "in place of shared.seed", false});
  program.options.push_back({"out", "DIR", "write a run folder", false});
  program.options.push_back({"json", "", "results as JSON", false});
  return program;
}

// nodes: in place of what the arguments say.
starling::Config configuration(const starling::Arguments& arguments,
                               std::optional<std::uint64_t> nodes = {}) {
  const auto file = arguments.value("config");
  if (!file) throw starling::ConfigError("--config is missing: which configuration is to be run?");
  starling::ConfigSources sources;
  sources.file = *file;
  sources.set = arguments.values("set");
  sources.environment = starling::environment_of_process();
  if (!nodes) nodes = arguments.integer("nodes", 1, 10'000'000);
  if (nodes) sources.set.push_back("shared.topology.nodes=" + std::to_string(*nodes));
  if (const auto seed = arguments.integer("seed", 0, INT64_MAX))
    sources.set.push_back("shared.seed=" + std::to_string(*seed));
  return starling::load_config(sources);
}

// The scalars of a summary, one a line.
void print_table(const starling::Json& summary) {
  for (const auto& [key, value] : summary.items()) {
    if (key == "nodes_detail" || key == "views") continue;
    std::printf("%-20s %s\n", key.c_str(),
                (value.is_string() ? value.get<std::string>() : value.dump()).c_str());
  }
}

// "3..17", or "3" for 3..3.
std::pair<std::uint64_t, std::uint64_t> range(const std::string& option, const std::string& text,
                                              std::uint64_t least, std::uint64_t most) {
  std::uint64_t first = 0, last = 0;
  const char* const end = text.data() + text.size();
  const auto one = std::from_chars(text.data(), end, first);
  auto two = one;
  if (one.ptr == end)
    last = first;
  else if (std::string_view(one.ptr, end).starts_with(".."))
    two = std::from_chars(one.ptr + 2, end, last);
  const bool read = one.ec == std::errc() && two.ec == std::errc() && two.ptr == end;
  if (!read || first < least || last < first || last > most)
    throw starling::ConfigError(option + " = \"" + text + "\": allowed is A..B with " +
                                std::to_string(least) + " <= A <= B <= " + std::to_string(most));
  return {first, last};
}

// The words of this command line but --seeds, --trace and --json, fit for a shell.
std::string replay_command(const starling::Arguments& arguments) {
  std::string command = "starling-sim";
  for (const char* name : {"config", "executor", "faults", "nodes", "seed", "set"})
    for (const std::string& value : arguments.values(name)) {
      const bool plain = value.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                             "WXYZ0123456789_-+=.,:/") == std::string::npos;
      command += std::string(" --") + name + " " + (plain ? value : "'" + value + "'");
    }
  return command;
}

int run_network(const starling::Arguments& arguments) {
  if (arguments.has("out"))
    throw starling::ConfigError("--out: the network executor writes no run folder; use --trace");
  starling::SeedsOptions options;
  const std::string faults = arguments.value("faults").value_or("none");
  options.recipe = starling::find_fault_recipe(faults);
  if (!options.recipe) {
    if (!std::filesystem::exists(faults))
      throw starling::ConfigError("--faults = \"" + faults + "\": allowed are a file, " +
                                  presets());
    options.recipe = starling::find_fault_recipe("delays");
    options.faults = faults;
  }
  std::tie(options.first, options.last) =
      range("--seeds", arguments.value("seeds").value_or("1..1"), 0, UINT64_MAX - 1);
  options.configure = [&](starling::NodeId nodes) { return configuration(arguments, nodes); };
  if (const auto nodes = arguments.value("nodes"))
    options.nodes = range("--nodes", *nodes, 1, 1000);
  else
    options.nodes.first = options.nodes.second = configuration(arguments).shared.topology.nodes;
  options.trace = arguments.value("trace");
  options.json = arguments.has("json");
  options.first_failure = arguments.has("first-failure");
  options.replay = replay_command(arguments);
  options.signal = &caught_signal;
  return starling::run_seeds(options);
}

int run(const starling::Arguments& arguments) {
  const std::string executor = arguments.value("executor").value_or("lockstep");
  if (executor != "lockstep" && executor != "network")
    throw starling::ConfigError("--executor = \"" + executor + "\": allowed are lockstep, network");
  if (executor == "lockstep")
    for (const char* name : {"faults", "seeds", "trace", "first-failure"})
      if (arguments.has(name))
        throw starling::ConfigError("--" + std::string(name) + ": only with --executor network");
  if (executor == "network" && !arguments.has("print-config") && !arguments.has("check")) {
    listen_to_signals();
    return run_network(arguments);
  }
  const starling::Config config = configuration(arguments);
  if (arguments.has("print-config")) {
    std::fputs(starling::print_config(config).c_str(), stdout);
    return 0;
  }
  if (arguments.has("check")) {
    starling::make_cluster(config);
    std::puts("the configuration can be run");
    return 0;
  }
  starling::stay_on(config.local.cpus);
  listen_to_signals();
  starling::SimulateOptions options;
  options.out = arguments.value("out");
  options.progress = isatty(STDERR_FILENO) != 0;
  options.signal = &caught_signal;
  const starling::Json summary = starling::simulate(config, options);
  if (arguments.has("json"))
    std::puts(summary.dump(2).c_str());
  else
    print_table(summary);
  const std::string status = summary["status"];
  if (status == "failed")
    std::fputs("starling-sim: diverged: a value is no longer finite; is the step size too large?\n",
               stderr);
  return starling::exit_code(starling::exit_code_of_status(status));
}

int body(const starling::Arguments& arguments) {
  const auto& words = arguments.words();
  if (words.empty()) return run(arguments);
  if (words[0] == "list" && words.size() <= 2) {
    std::fputs(
        starling::list_registries(words.size() == 2 ? words[1] : "", arguments.has("json")).c_str(),
        stdout);
    return 0;
  }
  if (words[0] == "summarize" && words.size() == 2) {
    std::puts(starling::summarize_folder(words[1]).dump(2).c_str());
    return 0;
  }
  throw starling::ConfigError("\"" + words[0] +
                              "\": allowed are list [CATEGORY], summarize DIR, or --config FILE");
}

}  // namespace

int main(int argc, char** argv) { return starling::run_program(describe(), argc, argv, body); }
