#include "tools/topology/options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <sstream>
#include <string_view>
#include <system_error>

#include "tools/topology/plan_options.h"
#include "topology/nearest.h"

namespace starling {
namespace {

namespace po = boost::program_options;

struct Command {
  std::string_view name;
  std::string_view options;  // besides --help and --version
  bool subject;
};

constexpr std::string_view kGenerate = "nodes degree rows cols probability radius seed graphs";
const Command kCommands[] = {
    {"list", "json", false},
    {"generate", "weights rounds output", true},
    {"inspect", "weights samples json", true},
    {"weigh", "weights samples output", true},
    {"convert", "to weights samples output", true},
    {"draw", "layout weights samples output", true},
    {"plan", kPlanOptions, false},
    {"keys", "nodes output", false},
};

po::options_description described() {
  const auto text = [] { return po::value<std::string>(); };
  po::options_description options("options");
  options.add_options()("nodes", text(), "number of nodes")("degree", text(), "neighbors per node")(
      "rows", text(), "rows of a grid, torus, or one side of complete_bipartite")(
      "cols", text(), "columns, or the other side")("probability", text(),
                                                    "of an edge, or of moving one")(
      "radius", text(), "within which nodes are joined")("seed", text(), "of random graphs (1)")(
      "weights", text(), "weight rule, or file: a file's own (metropolis)")(
      "samples", text(), "sample counts m_0,m_1,... for data_weighted, fdla, fmmc")(
      "output", text(), "file to write (standard output)")(
      "to", text(), "graphml | dot | mtx | json | edges")("json", "one JSON object");
  options.add_options()("graphs", text(), "what a schedule is made of, as ring,torus or files")(
      "rounds", text(), "how many rounds of a schedule to write (one period)");
  options.add_options()("layout", text(), "of a picture: circle | grid | spring");
  describe_plan_options(options);
  options.add_options()("help", "this text")("version", "the version");
  return options;
}

bool word_in(std::string_view word, std::string_view list) {
  std::istringstream words{std::string(list)};
  for (std::string w; words >> w;)
    if (w == word) return true;
  return false;
}

// Boost reads "-5" as a huge unsigned number and "3x" with a message of its own; these do neither.
template <class Number>
Number number(const std::string& option, const std::string& value, const char* allowed) {
  Number result{};
  const char* last = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), last, result);
  if (error != std::errc{} || end != last)
    throw UsageError("--" + option + " = '" + value + "'; allowed: " + allowed);
  return result;
}

std::vector<double> sample_counts(const std::string& value) {
  std::vector<double> counts;
  std::istringstream words(value);
  for (std::string word; std::getline(words, word, ',');)
    counts.push_back(number<double>("samples", word, "positive numbers, as 10,20,30"));
  return counts;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  throw UsageError("command '" + name + "' is unknown" + did_you_mean(name, names) +
                   "; allowed: list generate inspect weigh convert draw plan keys");
}

po::variables_map parsed(int argc, const char* const* argv) {
  namespace style = po::command_line_style;
  po::options_description options = described();
  options.add_options()("words", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("words", -1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv)
                  .options(options)
                  .positional(positional)
                  .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                  .run(),
              values);
  } catch (const po::unknown_option& error) {
    std::string name = error.get_option_name();
    name.erase(0, name.find_first_not_of('-'));
    std::vector<std::string> known;
    const po::options_description options_known = described();
    for (const auto& option : options_known.options()) known.push_back(option->long_name());
    const std::vector<std::string_view> names(known.begin(), known.end());
    throw UsageError("option --" + name + " is unknown" + did_you_mean(name, names) +
                     "; see --help");
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  return values;
}

// `--json` before the command is fine; an option that a command does not read is not.
void refuse_unread(const Command& command, const po::variables_map& values, bool kind_options) {
  for (const auto& [name, value] : values) {
    if (name == "words" || name == "help" || name == "version") continue;
    if (word_in(name, command.options) || (kind_options && word_in(name, kGenerate))) continue;
    throw UsageError("option --" + name + " is not read by " + std::string(command.name) +
                     "; allowed: " + std::string(command.options) +
                     (kind_options ? " " + std::string(kGenerate) : ""));
  }
}

}  // namespace

TopologyOptions parse_options(int argc, const char* const* argv) {
  const po::variables_map values = parsed(argc, argv);
  TopologyOptions options;
  options.help = values.contains("help");
  options.version = values.contains("version");
  if (options.help || options.version) return options;
  const auto words = values.contains("words") ? values["words"].as<std::vector<std::string>>()
                                              : std::vector<std::string>{};
  if (words.empty())
    throw UsageError(
        "no command; allowed: list generate inspect weigh convert draw plan keys (see --help)");
  const Command& command = find_command(words[0]);
  options.command = words[0];
  refuse_unread(command, values, command.subject);
  if (words.size() != (command.subject ? 2u : 1u))
    throw UsageError(options.command +
                     (command.subject ? " takes one kind or file" : " takes no further word"));
  if (command.subject) options.subject = words[1];
  if (options.command == "plan") {
    for (const auto& [name, value] : values)
      if (name != "words") options.plan[name] = name == "json" ? "" : value.as<std::string>();
    options.json = values.contains("json");
    return options;
  }

  const auto text = [&](const char* name) { return values[name].as<std::string>(); };
  const auto count = [&](const char* name, std::optional<std::uint64_t>& target) {
    if (values.contains(name))
      target = number<std::uint64_t>(name, text(name), "a whole number, 0 or more");
  };
  const auto real = [&](const char* name, std::optional<double>& target) {
    if (values.contains(name)) target = number<double>(name, text(name), "a number");
  };
  count("nodes", options.parameters.nodes);
  count("degree", options.parameters.degree);
  count("rows", options.parameters.rows);
  count("cols", options.parameters.columns);
  real("probability", options.parameters.probability);
  real("radius", options.parameters.radius);
  count("rounds", options.rounds);
  if (options.rounds && (*options.rounds < 1 || *options.rounds > 1'000'000))
    throw UsageError("--rounds = '" + text("rounds") + "'; allowed: 1..1000000");
  if (values.contains("graphs")) options.parameters.graphs = text("graphs");
  std::optional<std::uint64_t> seed;
  count("seed", seed);
  if (seed) options.parameters.seed = *seed;
  for (const auto& [name, value] : values)
    options.has_parameters = options.has_parameters || word_in(name, kGenerate);
  if (values.contains("weights")) options.weights = text("weights");
  if (values.contains("samples")) options.samples = sample_counts(text("samples"));
  if (values.contains("output")) options.output = text("output");
  if (values.contains("to")) options.to = text("to");
  if (values.contains("layout")) options.layout = text("layout");
  options.json = values.contains("json");
  return options;
}

std::string usage() {
  std::ostringstream text;
  text << "usage: starling-topology list [--json]\n"
          "       starling-topology generate KIND --nodes N [--degree D] [--rows R --cols C]\n"
          "                         [--probability P] [--radius R] [--seed S] [--output FILE]\n"
          "       starling-topology generate SCHEDULE --nodes N [--degree D] [--graphs KIND,...]\n"
          "                         [--weights RULE] [--rounds R] [--seed S] [--output FILE]\n"
          "       starling-topology inspect FILE|KIND [--nodes N ...] [--weights RULE] [--json]\n"
          "       starling-topology weigh FILE|KIND --weights RULE [--output FILE[.mtx]]\n"
          "       starling-topology convert FILE|KIND --to graphml|dot|mtx|json|edges\n"
          "                         [--weights RULE] [--output FILE]\n"
          "       starling-topology draw FILE|KIND [--layout circle|grid|spring] [--weights RULE]\n"
          "                         [--output FILE.svg]\n"
          "       starling-topology plan --nodes N --parameters D --bandwidth B --latency L\n"
          "                         --compute-time T --kappa K [--accuracy E] [--output DIR]\n"
          "       starling-topology keys --nodes N --output DIR\n\n"
       << described()
       << "\nFILE: an edge list, GraphML or Matrix Market (told apart by their first line)\n"
          "exit codes: 0 done, 1 failed, 2 usage error\n";
  return text.str();
}

}  // namespace starling
