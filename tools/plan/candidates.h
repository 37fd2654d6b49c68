#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/plan/question.h"
#include "topology/generators.h"
#include "topology/mixing_matrix.h"
#include "topology/schedule.h"
#include "topology/spectrum.h"

namespace starling {

// A graph that may be used, and what it is called: "torus", "regular:4", "base_graph:1". Of one
// that changes, graph and diameter are of the links of all rounds, degree_max is of the worst
// round.
struct PlanGraph {
  std::string name, kind;
  GraphParameters parameters;
  Graph graph;
  NodeId diameter = 0;
  std::size_t degree_max = 0;
  // A schedule, exact after one period, and the links of its rounds; else none.
  struct Round {
    Graph links;
    std::size_t arcs = 0;  // fewer than two a link: one way
  };
  std::shared_ptr<const Schedule> schedule;
  std::vector<Round> rounds;
};

// Weights on it: the rule and the interval it gives.
struct PlanWeights {
  std::string rule;
  Spectrum spectrum;
};

// The graphs worth a thought at n nodes: ring, star, complete, torus, hypercube, exponential,
// random regular of degree 4 and 6, paley, and the exact schedules base_graph of degree 1 and 2,
// hypercube_exchange, one_peer_exponential, each where n allows it, none twice; or those the
// question names, as KIND or KIND:DEGREE. Errors    GraphError for a name that no kind has, and for
// one the question names that n does not allow or that is a schedule and not exact.
std::vector<PlanGraph> plan_graphs(const PlanQuestion& question);

// Every weight rule of the registry that averages nodes evenly and is practical on this graph, none
// that gives an interval another has given; or those the question names. Rules that solve an
// optimisation problem are left out above kOptimizedEdges edges unless they are named.
std::vector<PlanWeights> plan_weights(const PlanQuestion& question, const Graph& graph);
inline constexpr std::size_t kOptimizedEdges = 400;

}  // namespace starling
