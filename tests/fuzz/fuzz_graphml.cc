#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "topology/formats.h"
#include "topology/graphml.h"

// Any bytes are refused with a GraphError or read; what was read is the same after writing it out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace starling;
  constexpr NodeId kNodesMax = 10'000;  // bounds the memory of one run
  EdgeListFile file;
  try {
    file = read_graphml({reinterpret_cast<const char*>(data), size}, kNodesMax);
  } catch (const GraphError&) {
    return 0;
  }
  const auto* weights = file.weights ? &*file.weights : nullptr;
  const EdgeListFile again = read_graphml(write_graphml(file.graph, weights), kNodesMax);
  if (again.graph.nodes() != file.graph.nodes()) std::abort();
  if (again.graph.edge_list() != file.graph.edge_list()) std::abort();
  if (again.weights != file.weights) std::abort();
  return 0;
}
