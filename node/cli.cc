#include "node/cli.h"

#include <unistd.h>

#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "consensus/agreement.h"
#include "node/config/option_value.h"
#include "node/exit_code.h"
#include "topology/graph.h"
#include "topology/nearest.h"

namespace starling {
namespace {

namespace po = boost::program_options;

// "-h" and "-V" are the only short ones.
std::string long_name(const std::string& word) {
  return word == "-h" ? "--help" : word == "-V" ? "--version" : word;
}

const CliOption* find(const std::vector<CliOption>& options, std::string_view name) {
  for (const CliOption& option : options)
    if (option.name == name) return &option;
  return nullptr;
}

[[noreturn]] void refuse_unknown(const std::string& word, const std::vector<CliOption>& options) {
  std::vector<std::string> names;
  for (const CliOption& option : options) names.push_back("--" + option.name);
  const std::vector<std::string_view> views(names.begin(), names.end());
  throw ConfigError("unknown option " + printable(word) + did_you_mean(word, views) +
                    "; --help lists them");
}

}  // namespace

Arguments Arguments::parse(const CliProgram& program, const std::vector<std::string>& given) {
  const auto options = cli_options(program);
  po::options_description description;
  for (const CliOption& option : options) {
    if (option.argument.empty())
      description.add_options()(option.name.c_str(), "");
    else
      description.add_options()(option.name.c_str(), po::value<std::vector<std::string>>(), "");
  }
  std::vector<std::string> words;
  for (const std::string& word : given) words.push_back(long_name(word));
  // No abbreviations: a script must not break when an option is added.
  const int style = po::command_line_style::allow_long |
                    po::command_line_style::long_allow_adjacent |
                    po::command_line_style::long_allow_next;
  Arguments arguments;
  try {
    const auto parsed =
        po::command_line_parser(words).options(description).style(style).allow_unregistered().run();
    for (const auto& option : parsed.options) {
      const std::string& word = option.original_tokens.empty() ? "" : option.original_tokens[0];
      if (option.unregistered) refuse_unknown(word.substr(0, word.find('=')), options);
      if (option.position_key >= 0 || option.string_key.empty()) {
        if (word.size() > 1 && word.starts_with('-')) refuse_unknown(word, options);
        arguments.words_.insert(arguments.words_.end(), option.value.begin(), option.value.end());
        continue;
      }
      auto& values = arguments.values_[option.string_key];
      if (!values.empty() && !find(options, option.string_key)->repeated)
        throw ConfigError("--" + option.string_key + " is given twice");
      values.push_back(option.value.empty() ? "" : option.value[0]);
    }
  } catch (const po::error& error) {
    throw ConfigError(printable(error.what()) + "; --help lists the options");
  }
  return arguments;
}

bool Arguments::has(std::string_view name) const { return values_.find(name) != values_.end(); }

std::optional<std::string> Arguments::value(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> Arguments::values(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::uint64_t> Arguments::integer(std::string_view name, std::uint64_t least,
                                                std::uint64_t most) const {
  const auto text = value(name);
  if (!text) return {};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < least || number > most)
    throw ConfigError("--" + std::string(name) + " = \"" + printable(*text) +
                      "\": allowed is a whole number from " + std::to_string(least) + " to " +
                      std::to_string(most));
  return number;
}

std::optional<double> Arguments::real(std::string_view name, double least, double most) const {
  const auto text = value(name);
  if (!text) return {};
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || !std::isfinite(number) ||
      number < least || number > most) {
    char range[80];
    std::snprintf(range, sizeof range, "a number from %g to %g", least, most);
    throw ConfigError("--" + std::string(name) + " = \"" + printable(*text) + "\": allowed is " +
                      range);
  }
  return number;
}

std::vector<CliOption> config_options() {
  return {{"config", "FILE", "configuration, TOML", false},
          {"set", "KEY=VALUE", "overrides one key, e.g. shared.algorithm.kind=extra", true},
          {"print-config", "", "print the effective configuration with origins, and exit", false},
          {"check", "", "check configuration, graph and data, of a node also its links, and exit",
           false}};
}

Config load_config(const Arguments& arguments) {
  const auto file = arguments.value("config");
  if (!file) throw ConfigError("--config FILE is missing");
  return load_config(*file, arguments.values("set"));
}

int run_program(const CliProgram& program, int argc, char** argv,
                const std::function<int(const Arguments&)>& body) {
  const auto complain = [&](const char* what, ExitCode code) {
    std::string line = program.name + ": " + what;
    for (char& c : line)
      if (c == '\n' || c == '\r') c = ' ';
    std::fprintf(stderr, "%s\n", line.c_str());
    return exit_code(code);
  };
  try {
    const auto arguments = Arguments::parse(program, {argv + std::min(argc, 1), argv + argc});
    int code = 0;
    if (arguments.has("help"))
      std::fputs(help_text(program).c_str(), stdout);
    else if (arguments.has("version"))
      std::fputs(version_text(program).c_str(), stdout);
    else
      code = body(arguments);
    std::cout.flush();
    const bool written = std::fflush(stdout) == 0 && !std::ferror(stdout) && std::cout.good();
    return written || code != 0 ? code : complain("cannot write to stdout", ExitCode::failed);
  } catch (const ConfigError& error) {
    return complain(error.what(), ExitCode::usage);
  } catch (const SettingsError& error) {
    return complain(error.what(), ExitCode::usage);
  } catch (const GraphError& error) {
    return complain(error.what(), ExitCode::usage);
  } catch (const std::bad_alloc&) {
    return complain("out of memory", ExitCode::failed);
  } catch (const std::exception& error) {
    return complain(error.what(), ExitCode::failed);
  }
}

bool color_wanted(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(descriptor) && !(refused && *refused) &&
         !(terminal && std::string_view(terminal) == "dumb");
}

}  // namespace starling
