#include "node/simulation/fault_file.h"

#include <regex>
#include <sstream>

#include "node/error.h"
#include "node/files/text_file.h"

namespace starling {

namespace {

Fault::Kind kind_of(const std::string& word) {
  std::string all;
  for (int k = 0; k < kFaultKinds; ++k) {
    const auto kind = static_cast<Fault::Kind>(k);
    if (name(kind) == word) return kind;
    all += (k ? ", " : "") + std::string(name(kind));
  }
  throw ConfigError("no fault '" + word + "'; there are " + all);
}

NodeId node_of(const std::string& word, NodeId nodes) {
  const unsigned long node = std::stoul(word);
  if (node >= nodes)
    throw ConfigError("no node " + word + "; there are 0 .. " + std::to_string(nodes - 1));
  return static_cast<NodeId>(node);
}

void require_form(const FaultForm& form, const std::smatch& found, const std::string& line) {
  using Whom = FaultForm::Whom;
  const bool two = form.whom == Whom::two, side = form.whom == Whom::side;
  const bool fits = found[5].matched == side && found[4].matched == two &&
                    found[3].matched == (two || form.whom == Whom::node) &&
                    found[6].matched == form.lasts && (form.restarts || !found[7].matched);
  if (fits) return;
  throw ConfigError("'" + line + "': " + std::string(form.name) + " takes " +
                    (side                      ? "'of I J ...', a side"
                     : two                     ? "I-J"
                     : form.whom == Whom::node ? "a node"
                                               : "no node") +
                    (form.lasts ? " and how long: ', 0.2 s'" : "") +
                    (form.restarts ? " and perhaps ', again after 1 s'" : ""));
}

}  // namespace

Fault parse_fault(const std::string& line, NodeId nodes) {
  static const std::regex form(
      R"(\s*(\d{1,9}(?:\.\d{1,9})?) s: ([a-z_]+)(?: (\d{1,9})(?:-(\d{1,9}))?| of((?: \d{1,9})+))?)"
      R"((?:, (\d{1,9}(?:\.\d{1,9})?) s)?(?:, again after (\d{1,9}(?:\.\d{1,9})?) s)?\s*)");
  std::smatch found;
  if (!std::regex_match(line, found, form))
    throw ConfigError("'" + line + "' is not as '0.5 s: stall 1-2, 0.2 s'");
  Fault fault;
  fault.at_s = std::stod(found[1]);
  fault.kind = kind_of(found[2]);
  fault.side.assign(nodes, false);
  require_form(form_of(fault.kind), found, line);
  if (found[3].matched) fault.node = node_of(found[3], nodes);
  if (found[4].matched) fault.other = node_of(found[4], nodes);
  if (found[4].matched && fault.node == fault.other)
    throw ConfigError("'" + line + "': two nodes are one");
  std::istringstream side(found[5]);
  for (std::string word; side >> word;) fault.side[node_of(word, nodes)] = true;
  if (found[6].matched) fault.for_s = std::stod(found[6]);
  if (found[7].matched) fault.restart_after_s = std::stod(found[7]);
  return fault;
}

std::vector<Fault> read_faults(const std::string& path, NodeId nodes) {
  std::istringstream text(read_text_file(path, "--faults", 1 << 20));
  std::vector<Fault> faults;
  std::size_t number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '#') continue;
    try {
      faults.push_back(parse_fault(line, nodes));
    } catch (const ConfigError& error) {
      throw ConfigError(path + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  return faults;
}

}  // namespace starling
