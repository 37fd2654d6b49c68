#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "topology/formats.h"
#include "topology/matrix_market.h"

// Any bytes are refused with a GraphError or read; an adjacency matrix that was read is the same
// after writing it out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace starling;
  constexpr NodeId kNodesMax = 10'000;  // bounds the memory of one run
  EdgeListFile file;
  try {
    file = read_matrix_market({reinterpret_cast<const char*>(data), size}, kNodesMax);
  } catch (const GraphError&) {
    return 0;
  }
  if (file.weights && file.weights->size() != file.graph.edges()) std::abort();
  const EdgeListFile again = read_matrix_market(write_matrix_market(file.graph), kNodesMax);
  if (again.graph.nodes() != file.graph.nodes() || again.weights) std::abort();
  if (again.graph.edge_list() != file.graph.edge_list()) std::abort();
  return 0;
}
