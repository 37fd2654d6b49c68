#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/config/config.h"

namespace starling {

// One option of a program: "--name ARGUMENT help"; no argument: a switch.
struct CliOption {
  std::string name;
  std::string argument;
  std::string help;
  bool repeated = false;
};

// What --help and --version say. libzmq: its version, for programs that use it, else empty.
struct CliProgram {
  std::string name;
  std::string usage;    // the lines after "usage: "
  std::string summary;  // one sentence
  std::string libzmq;
  std::vector<CliOption> options;  // --help and --version are added
};

// A parsed command line. Errors  ConfigError: unknown option (nearest name), option twice, bad
// number.
class Arguments {
 public:
  static Arguments parse(const CliProgram& program, const std::vector<std::string>& words);
  bool has(std::string_view name) const;
  // The value of an option, or nothing.
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
  std::optional<std::uint64_t> integer(std::string_view name, std::uint64_t least,
                                       std::uint64_t most) const;
  std::optional<double> real(std::string_view name, double least, double most) const;
  const std::vector<std::string>& words() const { return words_; }  // what is no option

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> words_;
};

// --config --set --print-config --check, for programs that run an experiment.
std::vector<CliOption> config_options();
// The configuration these name. Errors  ConfigError.
Config load_config(const Arguments& arguments);

// Its own options with --help and --version.
std::vector<CliOption> cli_options(const CliProgram& program);
std::string help_text(const CliProgram& program);
std::string version_text(const CliProgram& program);

// The frame of every main: answers --help and --version, turns exceptions into one line on stderr
// and an exit code (ConfigError, GraphError, SettingsError: 2; all else: 1).
int run_program(const CliProgram& program, int argc, char** argv,
                const std::function<int(const Arguments&)>& body);

// Colour and progress lines: only on a terminal, and not when NO_COLOR is set.
bool color_wanted(int descriptor);

}  // namespace starling
