#include "topology/digraph_generators.h"

#include <string>
#include <vector>

#include "topology/graphs/directed.h"
#include "topology/graphs/parameters.h"
#include "topology/nearest.h"

namespace starling {
namespace {

const DigraphKind kDigraphKinds[] = {
    {"directed_ring", "i to i + 1", "nodes", directed_ring},
    {"directed_exponential", "i to i + 1, 2, 4, ...", "nodes", directed_exponential},
    {"de_bruijn", "i to `degree` i + 0, 1, ... (2); few hops, few links", "nodes degree",
     de_bruijn},
    {"directed_erdos_renyi", "random, every ordered pair with `probability`",
     "nodes probability seed", directed_erdos_renyi},
    {"directed_geometric", "random points, each with its own range up to `radius`",
     "nodes radius seed", directed_geometric},
};

}  // namespace

std::span<const DigraphKind> digraph_kinds() { return kDigraphKinds; }

const DigraphKind* find_digraph(std::string_view name) {
  for (const DigraphKind& kind : kDigraphKinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

Digraph make_digraph(std::string_view name, const GraphParameters& parameters) {
  if (const DigraphKind* kind = find_digraph(name)) {
    refuse_unread(kind->name, kind->parameters, parameters);
    return kind->make(parameters);
  }
  std::vector<std::string_view> names;
  std::string allowed;
  for (const DigraphKind& kind : kDigraphKinds) {
    names.push_back(kind.name);
    allowed += ' ';
    allowed += kind.name;
  }
  throw GraphError("directed kind = " + std::string(name) + " is unknown" +
                   did_you_mean(name, names) + "; allowed:" + allowed);
}

}  // namespace starling
