#pragma once

#include <string>
#include <vector>

#include "topology/generators.h"

namespace starling {

// At least one graph of every registered kind, with odd, prime and tiny sizes among them.
struct Sample {
  std::string kind;
  GraphParameters parameters;
  Graph graph() const { return make_graph(kind, parameters); }
  std::string text() const {
    return kind + " nodes " + std::to_string(parameters.nodes.value_or(0)) + " seed " +
           std::to_string(parameters.seed);
  }
};

inline std::vector<Sample> samples() {
  std::vector<Sample> all;
  const auto add = [&](const char* kind, std::vector<std::uint64_t> sizes, GraphParameters p = {}) {
    for (const std::uint64_t n : sizes) {
      p.nodes = n;
      all.push_back({kind, p});
    }
  };
  const auto with_degree = [](std::uint64_t d) {
    GraphParameters p;
    p.degree = d;
    return p;
  };
  for (const char* kind : {"complete", "ring", "path", "star", "grid", "torus", "exponential",
                           "barbell", "tree"})
    add(kind, {1, 2, 3, 4, 5, 7, 9, 12, 13, 16, 31, 64});
  add("hypercube", {1, 2, 4, 8, 16, 64});
  add("paley", {5, 13, 17, 29, 61});
  add("margulis", {1, 4, 9, 25, 49, 100});
  add("regular", {6, 8, 20, 31}, with_degree(4));
  add("regular", {8, 11, 20}, with_degree(6));
  add("tree", {13, 40}, with_degree(3));
  add("barabasi_albert", {4, 7, 30, 61}, with_degree(3));
  GraphParameters p = with_degree(4);
  p.probability = 0.2;
  p.seed = 17;
  add("watts_strogatz", {7, 20, 32}, p);
  p = {};
  p.probability = 0.3;
  add("erdos_renyi", {1, 2, 16, 31}, p);
  p = {};
  p.radius = 0.45;
  add("geometric", {1, 16, 43}, p);
  for (const auto& [a, b] : {std::pair{1, 1}, {1, 6}, {4, 4}, {3, 5}, {7, 2}}) {
    p = {};
    p.rows = static_cast<std::uint64_t>(a);
    p.columns = static_cast<std::uint64_t>(b);
    all.push_back({"complete_bipartite", p});
  }
  return all;
}

}  // namespace starling
