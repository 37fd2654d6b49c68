#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "topology/graph.h"

namespace starling {

// What lies between the nodes: the seconds until a first byte arrives, and bytes per second.
//
// Shapes    latency, bandwidth: one figure for every pair, or n x n row by row: [i, j] from i to j.
struct Links {
  NodeId nodes = 0;
  std::vector<double> latency_s{0}, bandwidth{1e9};

  double latency_of(NodeId i, NodeId j) const { return at(latency_s, i, j); }
  double bandwidth_of(NodeId i, NodeId j) const { return at(bandwidth, i, j); }

 private:
  double at(const std::vector<double>& figures, NodeId i, NodeId j) const {
    return figures.size() == 1 ? figures[0] : figures[std::size_t{i} * nodes + j];
  }
};

// A matrix file's text: n rows of n figures between blanks or commas, "#" begins a comment. The
// diagonal is not looked at ("-" will do). `read` turns one figure into a number.
// Errors    GraphError "line 3: ..." naming the figure; another number of rows or columns than n.
std::vector<double> read_link_matrix(std::string_view text, NodeId nodes,
                                     std::optional<double> (*read)(std::string_view));

}  // namespace starling
