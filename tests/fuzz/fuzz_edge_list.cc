#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "topology/edge_list.h"

namespace starling {
namespace {

constexpr NodeId kNodesMax = 10'000;  // bounds the memory of one run

template <class File>
bool same(const File& file, const File& again, bool any) {
  return again.graph.nodes() == file.graph.nodes() && (!any || again.weights == file.weights);
}

// What `read` makes of any bytes; none where they are refused.
template <class Read>
auto accepted(Read read, std::string_view text) -> std::optional<decltype(read(text, kNodesMax))> {
  try {
    return read(text, kNodesMax);
  } catch (const GraphError&) {
    return std::nullopt;
  }
}

void undirected(std::string_view text) {
  const auto file = accepted(read_edge_list, text);
  if (!file) return;
  const auto* weights = file->weights ? &*file->weights : nullptr;
  const EdgeListFile again = read_edge_list(write_edge_list(file->graph, weights), kNodesMax);
  if (!same(*file, again, file->graph.edges() > 0)) std::abort();
  if (again.graph.edge_list() != file->graph.edge_list()) std::abort();
}

void directed(std::string_view text) {
  const auto file = accepted(read_directed_edge_list, text);
  if (!file) return;
  const auto* weights = file->weights ? &*file->weights : nullptr;
  const std::string written = write_edge_list(file->graph, weights);
  if (!is_directed_text(written)) std::abort();
  const DirectedEdgeListFile again = read_directed_edge_list(written, kNodesMax);
  if (!same(*file, again, file->graph.arcs() > 0)) std::abort();
  if (again.graph.arc_list() != file->graph.arc_list()) std::abort();
}

}  // namespace
}  // namespace starling

// Any bytes are refused with a GraphError or read; what was read is the same after writing it out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  starling::undirected(text);
  starling::directed(text);
  return 0;
}
