#include "topology/weights/fastest.h"

#include <algorithm>
#include <string>

#include "topology/spectrum.h"
#include "topology/weights/barrier.h"
#include "topology/weights/data_weighted.h"
#include "topology/weights/edge_transitive.h"
#include "topology/weights/surrogate.h"
#include "topology/weights/symmetric_rules.h"

namespace starling {
namespace {

constexpr std::size_t kBarrierEdges = 1500;
constexpr NodeId kBarrierNodes = 500;
// What `auto` affords at a node's start: 0.2 s for fdla here.
constexpr std::size_t kAutoEdges = 300;
constexpr NodeId kAutoNodes = 100;

const char* name(Entries entries) { return entries == Entries::any_sign ? "fdla" : "fmmc"; }

void require_connected(const Graph& graph) {
  if (!connected(graph)) throw GraphError("the graph is disconnected: no weights average on it");
}

// W = 1 pi^T: one step is the mean.
Eigen::VectorXd exact_flows(const EdgeFlows& flows) {
  Eigen::VectorXd s(flows.size());
  for (Eigen::Index e = 0; e < s.size(); ++e) {
    const Edge& edge = flows.edges[static_cast<std::size_t>(e)];
    s[e] = flows.p[edge.u] * flows.p[edge.v] / static_cast<double>(flows.nodes());
  }
  return s;
}

// One constant for all edges, cut where a node's own weight would become negative: the slem is
// convex in it.
MixingMatrix best_equal_weights(const Graph& graph, Entries entries) {
  const LaplacianSpectrum l = laplacian_spectrum(graph);
  double a = 2 / (l.l_2 + l.l_n);
  if (entries == Entries::probabilities)
    for (NodeId i = 0; i < graph.nodes(); ++i)
      a = std::min(a, 1 / static_cast<double>(graph.degree(i)));
  MixingMatrix matrix = constant_weights(graph, a);
  matrix.note.slem_at_least = std::max(1 - a * l.l_2, a * l.l_n - 1);
  matrix.note.why = "closed form: the graph is edge-transitive, equal weights are the best";
  return matrix;
}

MixingMatrix fastest(const Graph& graph, std::span<const double> samples, Entries entries) {
  const EdgeFlows flows(graph, samples, name(entries));
  require_connected(graph);
  MixingMatrix matrix;
  if (graph.nodes() == 1 || complete(graph)) {
    matrix = flows.matrix(exact_flows(flows));
    matrix.note.why = "closed form: one step reaches everybody";
  } else if (flows.uniform && known_edge_transitive(graph)) {
    matrix = best_equal_weights(graph, entries);
  } else {
    const bool small = graph.edges() <= kBarrierEdges && graph.nodes() <= kBarrierNodes;
    const FastestFlows found =
        small ? fastest_by_barrier(flows, entries) : fastest_by_surrogate(flows, entries);
    matrix = flows.matrix(found.flows);
    matrix.note.slem_at_least = found.slem_at_least;
    matrix.note.iterations = found.steps;
    matrix.note.why = small ? "interior-point method" : "smooth surrogate, extreme eigenvectors";
  }
  matrix.note.rule = name(entries);
  return matrix;
}

}  // namespace

MixingMatrix fdla(const Graph& graph, std::span<const double> samples) {
  return fastest(graph, samples, Entries::any_sign);
}

MixingMatrix fmmc(const Graph& graph, std::span<const double> samples) {
  return fastest(graph, samples, Entries::probabilities);
}

MixingMatrix auto_weights(const Graph& graph, std::span<const double> samples) {
  const bool equal = std::all_of(samples.begin(), samples.end(),
                                 [&](double count) { return count == samples[0]; });
  const std::string size =
      std::to_string(graph.nodes()) + " nodes and " + std::to_string(graph.edges()) + " edges";
  MixingMatrix matrix;
  if (graph.nodes() == 1 || complete(graph) || (equal && known_edge_transitive(graph))) {
    matrix = fdla(graph, equal ? std::span<const double>() : samples);
  } else if (graph.nodes() <= kAutoNodes && graph.edges() <= kAutoEdges) {
    matrix = fdla(graph, samples);
    matrix.note.why = size + " are few enough for the fewest gossip steps (" + matrix.note.why +
                      "; limit " + std::to_string(kAutoNodes) + " and " +
                      std::to_string(kAutoEdges) + ")";
  } else {
    matrix = equal ? metropolis(graph) : data_weighted(graph, samples);
    matrix.note.rule = equal ? "metropolis" : "data_weighted";
    matrix.note.why = size + " are too many to optimise at every start (limit " +
                      std::to_string(kAutoNodes) + " and " + std::to_string(kAutoEdges) +
                      "); weights = \"fdla\" does, or write them to a file once";
  }
  return matrix;
}

}  // namespace starling
