// starling-sim: whole clusters in one process, the registries, and the figures of finished runs.

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "node/cli.h"
#include "node/error.h"
#include "node/exit_code.h"
#include "tools/sim/list.h"
#include "tools/sim/simulate.h"
#include "tools/sim/summarize.h"

namespace {

volatile std::sig_atomic_t caught_signal = 0;

// The first asks for a clean stop; the second ends the process at once.
void on_signal(int signal) {
  if (caught_signal) _exit(starling::signal_exit_code(signal));
  caught_signal = signal;
}

starling::CliProgram describe() {
  starling::CliProgram program;
  program.name = "starling-sim";
  program.usage =
      "starling-sim --config FILE [--executor lockstep] [--nodes N] [--seed S] [--set ...]... "
      "[--out DIR] [--json]\n"
      "       starling-sim list [CATEGORY] [--json]\n"
      "       starling-sim summarize DIR";
  program.summary =
      "Runs all nodes of a configuration in one process, in lockstep; lists what is registered.";
  program.options = starling::config_options();
  program.options.push_back(
      {"executor", "NAME", "lockstep (default): exact, all nodes at once", false});
  program.options.push_back({"nodes", "N", "in place of shared.topology.nodes", false});
  program.options.push_back({"seed", "S", "in place of shared.seed", false});
  program.options.push_back({"out", "DIR", "write a run folder", false});
  program.options.push_back({"json", "", "results as JSON", false});
  return program;
}

starling::Config configuration(const starling::Arguments& arguments) {
  const auto file = arguments.value("config");
  if (!file) throw starling::ConfigError("--config is missing: which configuration is to be run?");
  starling::ConfigSources sources;
  sources.file = *file;
  sources.set = arguments.values("set");
  sources.environment = starling::environment_of_process();
  if (const auto nodes = arguments.integer("nodes", 1, 10'000'000))
    sources.set.push_back("shared.topology.nodes=" + std::to_string(*nodes));
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

int run(const starling::Arguments& arguments) {
  const std::string executor = arguments.value("executor").value_or("lockstep");
  if (executor == "network")
    throw starling::ConfigError(
        "--executor = \"network\": not in this version; allowed is lockstep");
  if (executor != "lockstep")
    throw starling::ConfigError("--executor = \"" + executor + "\": allowed is lockstep");
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
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
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
