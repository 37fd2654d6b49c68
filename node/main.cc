// starling-node: one live participant of a cluster.

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include "node/check.h"
#include "node/cli.h"
#include "node/error.h"
#include "node/exchange/zmq_transport.h"
#include "node/hangup.h"
#include "node/live_node.h"

namespace {

volatile std::sig_atomic_t caught_signal = 0;

// The first asks for a clean end, SIGINT of the whole run, SIGTERM of this node's part in it; the
// second ends this process at once.
void on_signal(int signal) {
  if (caught_signal) _exit(128 + signal);
  caught_signal = signal;
}

starling::CliProgram describe() {
  using starling::CliOption;
  starling::CliProgram program;
  program.name = "starling-node";
  program.usage =
      "starling-node --config FILE --id I [--set section.key=value]... [--out DIR] [--check]";
  program.summary =
      "Runs one node of a cluster: its own data, its own gradients, its neighbors' parameters.";
  program.libzmq = starling::zmq_version();
  program.options = starling::config_options();
  program.options.push_back(CliOption{"id", "I", "which node of the address book this is", false});
  program.options.push_back(CliOption{"out", "DIR", "run folder (default: runs/<name>)", false});
  program.options.push_back(
      CliOption{"kill-at", "STEP", "raise SIGKILL at the start of this step (for tests)", false});
  program.options.push_back(
      CliOption{"await", "I@STEP",
                "from this step on wait for node I, which is started again (for tests)", true});
  program.options.push_back(
      CliOption{"apart", "J,K@A..B",
                "no connection to nodes J, K from step A until step B (for tests)", false});
  program.options.push_back(
      CliOption{"progress", "FORMAT", "json: status lines on stdout, about 5 a second", false});
  return program;
}

starling::ParticipantOptions::Await awaited(const std::string& text, std::uint32_t nodes) {
  starling::ParticipantOptions::Await result;
  const char *first = text.data(), *last = first + text.size();
  const auto node = std::from_chars(first, last, result.node);
  if (node.ec == std::errc{} && node.ptr != last && *node.ptr == '@') {
    const auto step = std::from_chars(node.ptr + 1, last, result.step);
    if (step.ec == std::errc{} && step.ptr == last && result.node < nodes) return result;
  }
  throw starling::ConfigError("--await: '" + text + "' is not I@STEP with a node I of 0 .. " +
                              std::to_string(nodes - 1));
}

starling::ParticipantOptions::Apart apart(const std::string& text, std::uint32_t nodes) {
  starling::ParticipantOptions::Apart result;
  const char *at = text.data(), *last = at + text.size();
  const auto number = [&](auto& value, std::string_view end) {
    const auto read = std::from_chars(at, last, value);
    const bool ok = read.ec == std::errc{} && std::string_view(read.ptr, last).starts_with(end);
    at = ok ? read.ptr + end.size() : last;
    return ok;
  };
  bool ok = true;
  for (bool more = true; ok && more;) {
    std::uint32_t node = 0;
    const char* const before = at;
    more = number(node, ",");
    if (!more) at = before;
    ok = (more || number(node, "@")) && node < nodes;
    result.nodes.insert(node);
  }
  ok = ok && number(result.begin, "..") && number(result.end, "") && at == last;
  if (ok && result.begin < result.end) return result;
  throw starling::ConfigError("--apart: '" + text + "' is not J,K@A..B with nodes of 0 .. " +
                              std::to_string(nodes - 1) + " and steps A < B");
}

int body(const starling::Arguments& arguments) {
  const starling::Config config = starling::load_config(arguments);
  if (arguments.has("print-config")) {
    std::fputs(starling::print_config(config).c_str(), stdout);
    return 0;
  }
  const auto id = arguments.integer("id", 0, config.shared.topology.nodes - 1);
  if (!id) throw starling::ConfigError("--id is missing: which node of the address book is this?");
  const auto progress = arguments.value("progress");
  if (progress && *progress != "json")
    throw starling::ConfigError("--progress = \"" + *progress + "\": allowed is json");
  if (arguments.has("check")) return starling::check_node(config, static_cast<std::uint32_t>(*id));
  if (config.nodes.empty())
    throw starling::ConfigError(
        "[[node]]: the address book is empty; add one [[node]] with id and listen for each node");
  starling::block_hangup();
  struct sigaction action {};
  action.sa_handler = on_signal;  // no SA_RESTART: a wait in poll ends
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ,
              SIG_IGN);  // a file at its limit is a write error, not the end of the process

  starling::LiveNodeOptions options;
  options.id = static_cast<std::uint32_t>(*id);
  options.out = arguments.value("out").value_or("runs/" + config.shared.name);
  options.kill_at = arguments.integer("kill-at", 0, UINT64_MAX);
  for (const std::string& text : arguments.values("await"))
    options.awaited.push_back(awaited(text, config.shared.topology.nodes));
  if (const auto text = arguments.value("apart"))
    options.apart = apart(*text, config.shared.topology.nodes);
  options.progress_lines = progress.has_value();
  options.signal = &caught_signal;
  options.reload = [&] { return starling::load_config(arguments); };
  return starling::run_live_node(config, options);
}

}  // namespace

int main(int argc, char** argv) { return starling::run_program(describe(), argc, argv, body); }
