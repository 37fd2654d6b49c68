#include <algorithm>

#include "node/cli.h"
#include "node/config/options.h"
#include "node/setup/cuda_module.h"

namespace starling {
namespace {

std::string default_of(const Option& option) {
  return option.standard.empty() ? "" : "; default " + option.standard;
}

}  // namespace

std::vector<CliOption> cli_options(const CliProgram& program) {
  std::vector<CliOption> options = program.options;
  options.push_back({"help", "", "this text", false});
  options.push_back({"version", "", "version, commit, compiler and libraries", false});
  return options;
}

std::string help_text(const CliProgram& program) {
  std::string text = program.summary + "\n\n";
  std::string indent = "usage: ";
  std::size_t begin = 0;
  while (begin < program.usage.size()) {
    const auto end = std::min(program.usage.find('\n', begin), program.usage.size());
    text += indent + program.usage.substr(begin, end - begin) + "\n";
    indent = "       ";
    begin = end + 1;
  }
  text += "\n";
  const auto add = [&](const std::string& name, const std::string& help) {
    constexpr std::size_t kColumn = 28;
    std::string line = "  " + name;
    line.append(line.size() < kColumn ? kColumn - line.size() : 1, ' ');
    text += line + help + "\n";
  };
  for (const CliOption& option : cli_options(program))
    add("--" + option.name + (option.argument.empty() ? "" : " " + option.argument), option.help);
  const bool configured =
      std::any_of(program.options.begin(), program.options.end(),
                  [](const CliOption& option) { return option.name == "config"; });
  if (!configured) return text;
  text +=
      "\nKeys of the configuration; strongest first: --set, environment, file, default.\n"
      "STARLING_SHARED_ALGORITHM_KIND is shared.algorithm.kind in the environment.\n";
  for (const Option& option : option_table("logistic"))
    add(option.key, option.help + " (" + allowed_values(option) + default_of(option) + ")");
  return text;
}

std::string version_text(const CliProgram& program) {
  std::string text = program.name + " " STARLING_VERSION " (commit " STARLING_COMMIT ")\n";
#if defined(__clang__)
  text += "compiler  clang " __clang_version__ "\n";
#else
  text += "compiler  g++ " __VERSION__ "\n";
#endif
  text += "CUDA      " + cuda_module_place() + "\n";
  if (!program.libzmq.empty()) text += "libzmq    " + program.libzmq + "\n";
  return text;
}

}  // namespace starling
