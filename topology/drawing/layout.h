#pragma once

#include <optional>
#include <vector>

#include "topology/graph.h"

namespace starling {

// A place in the plane; y grows downwards, as on a page. Layouts have no scale of their own.
struct Point {
  double x = 0, y = 0;
};

// Node 0 at the top, the others clockwise.
std::vector<Point> circle_layout(NodeId nodes);

// Row by row, `columns` to a row.
std::vector<Point> grid_layout(NodeId nodes, NodeId columns);

// How many columns the graph was made with, when it is a grid or torus of our numbering; else those
// of the most square table that holds it.
NodeId grid_columns(const Graph& graph);

// Distances on the page follow those in the graph: the stress
//
//   sum_{i<j} (|p_i - p_j| - d_ij)^2 / d_ij^2
//
// goes down by moving one pair after the other, in an order drawn from a fixed seed: the same graph
// always looks the same. The longer axis of the result lies across the page.
// Requires  a connected graph.
// Keeps     2 n^2 bytes of distances: 50 MB for 5,000 nodes.
// Cost      O(n m) searches and about 20 n^2 moves: seconds for 5,000 nodes.
// Source    [ZhengPawarGoodman2019].
std::vector<Point> spring_layout(const Graph& graph);

}  // namespace starling
