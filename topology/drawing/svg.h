#pragma once

#include <string>
#include <vector>

#include "topology/drawing/layout.h"
#include "topology/mixing_matrix.h"
#include "topology/spectrum.h"

namespace starling {

// What a picture of W shows.
struct Picture {
  const MixingMatrix& matrix;
  std::vector<Point> places;  // one per node
  std::vector<double> mode;   // one per node: slowest_mode(matrix)
  Spectrum spectrum;
  std::string title;    // "grid", or the name of a file
  std::string weights;  // the rule's name
  bool arcs = false;    // bend edges that would run over other nodes of a grid
};

// An SVG file of its own: no script, no font, no second file; light and dark by the reader's
// preference; every node and edge with a tooltip.
//
//   edge width   |w_ij|, the mean of both directions where they differ; dashed where negative
//   node colour  the slowest mode: blue below zero, red above, pale near it. Where the colour
//                changes is what holds consensus up
//
// The groups "edges" and "nodes" hold one element for each, classes "edge" and "node".
std::string write_svg(const Picture& picture);

// "#rrggbb" of a value in [-1, 1].
std::string mode_colour(double value);

}  // namespace starling
