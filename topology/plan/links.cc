#include "topology/plan/links.h"

#include <algorithm>
#include <string>

namespace starling {
namespace {

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line.substr(0, std::min(line.find('#'), line.size()));
}

std::string_view next_word(std::string_view& line) {
  constexpr std::string_view kBetween = " \t\r,";
  line.remove_prefix(std::min(line.find_first_not_of(kBetween), line.size()));
  const std::string_view word = line.substr(0, std::min(line.find_first_of(kBetween), line.size()));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

std::vector<double> read_link_matrix(std::string_view text, NodeId nodes,
                                     std::optional<double> (*read)(std::string_view)) {
  std::vector<double> figures;
  NodeId row = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = next_line(text);
    std::string_view word = next_word(line);
    if (word.empty()) continue;
    const std::string where = "line " + std::to_string(number) + ": ";
    NodeId column = 0;
    for (; !word.empty(); word = next_word(line), ++column) {
      const auto value = column == row ? std::optional(0.0) : read(word);
      if (!value) throw GraphError(where + "'" + std::string(word) + "' is no such figure");
      figures.push_back(*value);
    }
    if (column != nodes)
      throw GraphError(where + std::to_string(column) + " figures; allowed: one per node, " +
                       std::to_string(nodes));
    ++row;
  }
  if (row != nodes)
    throw GraphError(std::to_string(row) + " rows; allowed: one per node, " +
                     std::to_string(nodes));
  return figures;
}

}  // namespace starling
