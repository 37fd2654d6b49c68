#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "topology/graph.h"

namespace starling {

// What a generator may be told; what it does not use must be left out by the user and is refused
// when given.
struct GraphParameters {
  std::optional<std::uint64_t> nodes;
  std::optional<std::uint64_t> degree, rows, columns;
  std::optional<double> probability, radius;
  std::uint64_t seed = 1;
  // Read by schedules alone: the static graphs they are made of, "ring,torus", the rule that weighs
  // them (empty: metropolis), and how to read one that is no kind but a file (none: kinds only).
  std::string graphs, weights;
  std::function<std::string(const std::string& path)> read_file;
};

// One graph kind: its generator and the names of the parameters it reads.
struct GraphKind {
  std::string_view name;
  std::string_view summary;     // one line for `starling-topology list`
  std::string_view parameters;  // e.g. "nodes degree seed"
  Graph (*make)(const GraphParameters&);
};
std::span<const GraphKind> graph_kinds();
// Throws GraphError: unknown kind (with the nearest name), bad size (key, value, what is allowed),
// disconnected result.
Graph make_graph(std::string_view kind, const GraphParameters& parameters);

}  // namespace starling
