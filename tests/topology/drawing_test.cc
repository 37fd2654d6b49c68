#include "topology/drawing/draw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "topology/drawing/layout.h"
#include "topology/drawing/svg.h"
#include "topology/generators.h"

namespace starling {
namespace {

GraphParameters sized(std::uint64_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  return parameters;
}
Graph sided(const char* kind, std::uint64_t rows, std::uint64_t columns) {
  GraphParameters parameters;
  parameters.rows = rows;
  parameters.columns = columns;
  return make_graph(kind, parameters);
}
std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(Colour, IsBlueBelowZeroRedAboveAndPaleAtIt) {
  const auto channel = [](const std::string& colour, std::size_t k) {
    return std::stoi(colour.substr(1 + 2 * k, 2), nullptr, 16);
  };
  for (double z = 0.05; z <= 1.5; z += 0.05) {
    const std::string above = mode_colour(z), below = mode_colour(-z);
    EXPECT_GT(channel(above, 0), channel(above, 2)) << z;
    EXPECT_LT(channel(below, 0), channel(below, 2)) << z;
  }
  const std::string zero = mode_colour(0);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_GT(channel(zero, k), 200);
}

TEST(GridColumns, AreThoseOfTheGenerator) {
  for (const char* kind : {"grid", "torus"})
    for (const auto& [p, q] : {std::pair{3, 7}, {7, 3}, {5, 5}, {4, 9}}) {
      const Graph graph = sided(kind, static_cast<std::uint64_t>(p), static_cast<std::uint64_t>(q));
      EXPECT_EQ(grid_columns(graph), static_cast<NodeId>(q)) << kind << " " << p << " x " << q;
    }
  EXPECT_EQ(grid_columns(sided("grid", 2, 9)), 9u);
  EXPECT_EQ(grid_columns(make_graph("star", sized(13))), 4u);  // prime: a table with a gap
}

// The mean over pairs of (|p_i - p_j| / d_ij - 1)^2, distances in hops on a path and a grid.
double stress(const std::vector<Point>& points, NodeId columns) {
  double sum = 0, pairs = 0;
  const auto apart = [&](std::size_t i, std::size_t j) {
    const auto rows = [&](std::size_t k) { return static_cast<double>(k / columns); };
    const auto places = [&](std::size_t k) { return static_cast<double>(k % columns); };
    return std::abs(rows(i) - rows(j)) + std::abs(places(i) - places(j));
  };
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double length = std::hypot(points[i].x - points[j].x, points[i].y - points[j].y);
      sum += std::pow(length / apart(i, j) - 1, 2);
      ++pairs;
    }
  return sum / pairs;
}

// A path has no stress on a line. A grid keeps some, since a page measures its diagonals shorter
// than hops do: the upright grid, scaled at best, has a few percent, and springs must not do worse.
TEST(SpringLayout, KeepsDistancesWhereThePlaneHasRoomForThem) {
  const auto line = spring_layout(make_graph("path", sized(12)));
  EXPECT_LT(stress(line, 12), 1e-3);
  EXPECT_NEAR(line[0].y, line[11].y, 0.5) << "the longer axis lies across";
  EXPECT_LT(line[0].x, line[11].x);
  const auto square = spring_layout(sided("grid", 8, 8));
  double upright = 1;
  for (double scale = 1; scale < 1.5; scale += 0.01) {
    auto points = grid_layout(64, 8);
    for (Point& p : points) p = {scale * p.x, scale * p.y};
    upright = std::min(upright, stress(points, 8));
  }
  EXPECT_LT(stress(square, 8), 1.1 * upright);
  EXPECT_LT(stress(square, 8), stress(circle_layout(64), 8) / 5);
}

TEST(Picture, HoldsOneElementForEachNodeAndEdgeInEveryLayout) {
  GraphParameters geometric = sized(150);
  geometric.radius = 0.2;
  for (const Graph& graph :
       {make_graph("geometric", geometric), make_graph("barbell", sized(9)),
        make_graph("path", sized(2)), make_graph("ring", sized(1)), sided("torus", 4, 6)})
    for (const char* layout : {"circle", "grid", "spring"}) {
      const std::string svg =
          draw(make_mixing_matrix("metropolis", graph), layout, "a <graph> & more", "metropolis");
      EXPECT_EQ(count(svg, "class=\"node\""), graph.nodes());
      EXPECT_EQ(count(svg, "class=\"edge\""), graph.edges());
      EXPECT_EQ(count(svg, "a &lt;graph&gt; &amp; more"), 2u);
      EXPECT_EQ(count(svg, "nan"), 0u);
      EXPECT_EQ(count(svg, "inf"), 0u);
      EXPECT_EQ(svg, draw(make_mixing_matrix("metropolis", graph), layout, "a <graph> & more",
                          "metropolis"));
    }
}

TEST(Picture, DrawsNegativeWeightsDashed) {
  const Graph graph = make_graph("complete", sized(4));
  const std::vector<double> weights = {0.3, 0.3, -0.05, 0.3, 0.3, 0.3};
  const std::string svg =
      draw(mixing_matrix_from_weights(graph, weights), "circle", "negative", "file");
  EXPECT_EQ(count(svg, "class=\"edge negative\""), 1u);
  EXPECT_EQ(count(svg, "stroke-dasharray"), 1u);
  EXPECT_NE(svg.find("0 - 3: weight -0.05"), std::string::npos);
}

TEST(Picture, IsRefusedWhereItWouldBeABlot) {
  for (const Graph& graph : {make_graph("path", sized(5001)), make_graph("complete", sized(400))})
    EXPECT_THROW(draw(make_mixing_matrix("metropolis", graph), "circle", "a", "metropolis"),
                 GraphError);
  try {
    draw(make_mixing_matrix("metropolis", make_graph("path", sized(3))), "sprng", "a", "b");
    FAIL();
  } catch (const GraphError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'spring'?"), std::string::npos);
  }
}

}  // namespace
}  // namespace starling
