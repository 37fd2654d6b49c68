#include "topology/generators.h"

#include <vector>

#include "topology/graphs/graphs.h"
#include "topology/graphs/parameters.h"
#include "topology/nearest.h"

namespace starling {
namespace {

const GraphKind kGraphKinds[] = {
    {"complete", "every pair of nodes", "nodes", complete_graph},
    {"ring", "a cycle", "nodes", ring_graph},
    {"path", "a line", "nodes", path_graph},
    {"star", "node 0 joined to all others", "nodes", star_graph},
    {"grid", "rows x cols, or the most square one of `nodes`", "nodes rows cols", grid_graph},
    {"torus", "a grid that wraps around", "nodes rows cols", torus_graph},
    {"hypercube", "numbers that differ in one bit", "nodes", hypercube_graph},
    {"exponential", "i to i +- 1, 2, 4, ...", "nodes", exponential_graph},
    {"regular", "random, every node with `degree` neighbors", "nodes degree seed", regular_graph},
    {"erdos_renyi", "random, every pair with `probability`", "nodes probability seed",
     erdos_renyi_graph},
    {"watts_strogatz", "a ring of `degree`, ends moved with `probability`",
     "nodes degree probability seed", watts_strogatz_graph},
    {"barabasi_albert", "random, new nodes join `degree` popular ones", "nodes degree seed",
     barabasi_albert_graph},
    {"geometric", "random points of the unit square within `radius`", "nodes radius seed",
     geometric_graph},
    {"barbell", "two cliques and a bridge", "nodes", barbell_graph},
    {"tree", "balanced, `degree` children (2)", "nodes degree", tree_graph},
    {"paley", "differences that are squares; a prime = 1 mod 4", "nodes", paley_graph},
    {"margulis", "an expander on m x m nodes, degree up to 8", "nodes", margulis_graph},
    {"complete_bipartite", "all of `rows` joined to all of `cols`", "rows cols",
     complete_bipartite_graph},
};

}  // namespace

std::span<const GraphKind> graph_kinds() { return kGraphKinds; }

Graph make_graph(std::string_view name, const GraphParameters& parameters) {
  std::vector<std::string_view> names;
  std::string allowed;
  for (const GraphKind& kind : kGraphKinds) {
    if (kind.name == name) {
      refuse_unread(kind.name, kind.parameters, parameters);
      return kind.make(parameters);
    }
    names.push_back(kind.name);
    allowed += ' ';
    allowed += kind.name;
  }
  throw GraphError("kind = " + std::string(name) + " is unknown" + did_you_mean(name, names) +
                   "; allowed:" + allowed);
}

}  // namespace starling
