#include "topology/drawing/draw.h"

#include <array>
#include <cstddef>
#include <utility>

#include "topology/drawing/layout.h"
#include "topology/drawing/svg.h"
#include "topology/nearest.h"
#include "topology/spectrum.h"

namespace starling {

std::string draw(const MixingMatrix& matrix, std::string_view layout, const std::string& title,
                 const std::string& weights, NodeId columns) {
  const Graph& graph = matrix.graph;
  constexpr std::array<std::string_view, 3> kLayouts = {"circle", "grid", "spring"};
  if (layout != "circle" && layout != "grid" && layout != "spring")
    throw GraphError("layout = " + std::string(layout) + " is unknown" +
                     did_you_mean(layout, kLayouts) + "; allowed: circle grid spring");
  if (graph.nodes() > kDrawnNodesMax || graph.edges() > kDrawnEdgesMax)
    throw GraphError("a picture of " + std::to_string(graph.nodes()) + " nodes and " +
                     std::to_string(graph.edges()) + " edges would be a blot; allowed: up to " +
                     std::to_string(kDrawnNodesMax) + " nodes and " +
                     std::to_string(kDrawnEdgesMax) + " edges");
  Picture picture{matrix, {}, {0}, spectrum(matrix), title, weights, layout == "grid"};
  if (graph.nodes() > 1) picture.mode = slowest_mode(matrix);
  if (layout == "circle") picture.places = circle_layout(graph.nodes());
  if (layout == "spring") picture.places = spring_layout(graph);
  if (layout == "grid")
    picture.places = grid_layout(graph.nodes(), columns > 0 ? columns : grid_columns(graph));
  return write_svg(picture);
}

}  // namespace starling
