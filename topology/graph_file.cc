#include "topology/graph_file.h"

#include <algorithm>
#include <cctype>

#include "topology/graphml.h"
#include "topology/matrix_market.h"

namespace starling {

EdgeListFile read_graph_file(std::string_view text, NodeId max_nodes) {
  constexpr std::string_view kMarket = "%%matrixmarket", kByteOrder = "\xEF\xBB\xBF";
  const bool market = text.size() >= kMarket.size() &&
                      std::equal(kMarket.begin(), kMarket.end(), text.begin(), [](char a, char b) {
                        return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
                      });
  if (market) return read_matrix_market(text, max_nodes);
  std::string_view start = text;
  if (start.starts_with(kByteOrder)) start.remove_prefix(kByteOrder.size());
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && start[first] == '<') return read_graphml(start, max_nodes);
  return read_edge_list(text, max_nodes);
}

}  // namespace starling
