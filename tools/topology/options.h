#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "topology/generators.h"

namespace starling {

// A mistake on the command line: one line, exit code 2.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Everything starling-topology can be told.
struct TopologyOptions {
  std::string command;  // list | generate | inspect | weigh | convert | draw | plan | keys
  std::string subject;  // a kind or a file; empty for list
  GraphParameters parameters;
  std::optional<std::uint64_t> rounds;  // of a schedule, for generate
  bool has_parameters = false;          // any of the above, or a seed, was given
  std::string weights;                  // empty: not given
  std::vector<double> samples;
  std::string output;  // empty: stdout
  std::string to;
  std::string layout;                       // of draw
  std::map<std::string, std::string> plan;  // of plan: every option given, as text
  bool json = false, help = false, version = false;
};

// Errors: UsageError naming the option, its value, what is allowed, the nearest name.
TopologyOptions parse_options(int argc, const char* const* argv);
std::string usage();

}  // namespace starling
