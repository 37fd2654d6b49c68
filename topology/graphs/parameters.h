#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "topology/generators.h"

namespace starling {

// The largest graph a generator makes: 10^7 nodes, 10^8 edges.
inline constexpr std::uint64_t kNodesMax = 10'000'000;
inline constexpr std::uint64_t kEdgesMax = 100'000'000;

// "kind torus: rows = 0; allowed: 1..1000000".
[[noreturn]] void refuse(std::string_view kind, std::string_view key, const std::string& value,
                         const std::string& allowed);

// Refuses a parameter that is given but not among the words of `read`; `kind` is for the message.
void refuse_unread(std::string_view kind, std::string_view read, const GraphParameters& given);

// The values a generator reads, each checked; `kind` is for the message.
struct Reader {
  std::string_view kind;
  const GraphParameters& given;

  NodeId nodes(std::uint64_t least = 1, std::uint64_t most = kNodesMax) const;
  std::uint64_t degree(std::uint64_t least, std::uint64_t most) const;
  double probability() const;  // [0, 1]
  double radius() const;       // (0, 2]
  // rows x columns as given, or, for kinds that read nodes, the most square pair of that product.
  struct Sides {
    NodeId rows, columns;
  };
  Sides sides(bool from_nodes = true) const;
};

// A graph of edges that may repeat or be loops: both are dropped.
Graph simple_graph(NodeId nodes, std::vector<Edge> edges);

// The first connected one of up to 20 draws; draw k uses the random stream (seed, graph, 0, k).
// Refuses with `hint` when there is none.
template <class Draw>
Graph connected_draw(const Reader& reader, Draw draw, const std::string& hint);
// The same for graphs of any class that `accept` is asked about.
template <class Draw, class Accept>
auto first_draw(const Reader& reader, Draw draw, Accept accept, const std::string& hint);

}  // namespace starling

#include "topology/random.h"

namespace starling {

[[noreturn]] void refuse_disconnected(std::string_view kind, const std::string& hint, int draws);

template <class Draw>
Graph connected_draw(const Reader& reader, Draw draw, const std::string& hint) {
  return first_draw(reader, draw, connected, hint);
}
template <class Draw, class Accept>
auto first_draw(const Reader& reader, Draw draw, Accept accept, const std::string& hint) {
  constexpr int kDraws = 20;
  for (std::uint32_t k = 0; k < kDraws; ++k) {
    RandomStream stream(reader.given.seed, Purpose::graph, 0, k);
    auto graph = draw(stream);
    if (accept(graph)) return graph;
  }
  refuse_disconnected(reader.kind, hint, kDraws);
}

}  // namespace starling
