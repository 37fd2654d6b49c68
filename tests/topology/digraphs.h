#pragma once

#include <Eigen/Dense>
#include <string>
#include <vector>

#include "topology/digraph_generators.h"

namespace starling {

// The catalogue's directed example (B.6): a directed ring of 8 nodes with 0 -> 4 and 3 -> 1.
inline Digraph d8() {
  std::vector<Arc> arcs = {{0, 4}, {3, 1}};
  for (NodeId i = 0; i < 8; ++i) arcs.push_back({i, (i + 1) % 8});
  return Digraph::from_arcs(8, std::move(arcs));
}

struct DigraphSample {
  std::string kind;
  GraphParameters parameters;
  Digraph graph() const { return make_digraph(kind, parameters); }
  std::string text() const {
    return kind + " nodes " + std::to_string(parameters.nodes.value_or(0)) + " seed " +
           std::to_string(parameters.seed);
  }
};

// At least one of every registered kind, with odd, prime and tiny sizes among them.
inline std::vector<DigraphSample> digraph_samples() {
  std::vector<DigraphSample> all;
  const auto add = [&](const char* kind, std::vector<std::uint64_t> sizes, GraphParameters p = {}) {
    for (const std::uint64_t n : sizes) {
      p.nodes = n;
      all.push_back({kind, p});
    }
  };
  for (const char* kind : {"directed_ring", "directed_exponential"})
    add(kind, {1, 2, 3, 5, 7, 8, 16, 25});
  add("de_bruijn", {2, 3, 5, 8, 13, 32});
  GraphParameters p;
  p.degree = 3;
  add("de_bruijn", {3, 9, 20, 27}, p);
  p = {};
  p.probability = 0.3;
  for (const std::uint64_t seed : {1, 2, 3}) {
    p.seed = seed;
    add("directed_erdos_renyi", {1, 2, 12, 31}, p);
  }
  p = {};
  p.radius = 0.6;
  for (const std::uint64_t seed : {1, 2}) {
    p.seed = seed;
    add("directed_geometric", {1, 15, 40}, p);
  }
  return all;
}

inline Eigen::MatrixXd dense(const DirectedMatrix& w) {
  const auto n = static_cast<Eigen::Index>(w.graph.nodes());
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(n, n);
  for (NodeId i = 0; i < w.graph.nodes(); ++i) {
    result(i, i) = w.diagonal[i];
    const auto sources = w.graph.sources(i);
    for (std::size_t k = 0; k < sources.size(); ++k) result(i, sources[k]) = w.row(i)[k];
  }
  return result;
}

}  // namespace starling
