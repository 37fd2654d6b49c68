// directed_ring, directed_exponential, de_bruijn: every node has as many sources as targets.
#include "topology/graphs/directed.h"

#include "topology/graphs/parameters.h"

namespace starling {

// i -> i + 1.
Digraph directed_ring(const GraphParameters& given) {
  const NodeId n = Reader{"directed_ring", given}.nodes();
  std::vector<Arc> arcs;
  for (NodeId i = 0; n > 1 && i < n; ++i) arcs.push_back({i, i + 1 == n ? 0 : i + 1});
  return Digraph::from_arcs(n, std::move(arcs));
}

// i -> i + 2^l for 2^l < n: t = ceil(log2 n) targets each. [YingEtAl2021]
Digraph directed_exponential(const GraphParameters& given) {
  const NodeId n = Reader{"directed_exponential", given}.nodes(1, 1u << 22);
  std::vector<Arc> arcs;
  for (NodeId i = 0; i < n; ++i)
    for (NodeId step = 1; step < n; step *= 2) arcs.push_back({i, (i + step) % n});
  return Digraph::from_arcs(n, std::move(arcs));
}

// i -> (d i + k) mod n, k = 0 .. d - 1: diameter at most ceil(log_d n), for every n; of n = d^m
// nodes the de Bruijn graph. Loops are dropped, so a few nodes have fewer than d targets, and as
// many fewer sources. [ReddyPradhanKuhl1980, ImaseItoh1981]
Digraph de_bruijn(const GraphParameters& given) {
  const Reader reader{"de_bruijn", given};
  const NodeId n = reader.nodes(2);
  const std::uint64_t d = given.degree ? reader.degree(2, n) : 2;
  if (n * d > kEdgesMax)
    refuse("de_bruijn", "degree", std::to_string(d),
           "at most " + std::to_string(kEdgesMax) + " arcs");
  std::vector<Arc> arcs;
  for (NodeId i = 0; i < n; ++i)
    for (std::uint64_t k = 0; k < d; ++k) {
      const auto to = static_cast<NodeId>((d * i + k) % n);
      if (to != i) arcs.push_back({i, to});
    }
  return Digraph::from_arcs(n, std::move(arcs));
}

}  // namespace starling
