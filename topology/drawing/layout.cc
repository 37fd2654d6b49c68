#include "topology/drawing/layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>

#include "topology/random.h"
#include "topology/spectrum/closed_form.h"

namespace starling {
namespace {

constexpr int kPasses = 40;

// All distances in hops, row by row.
std::vector<std::uint16_t> distances(const Graph& graph) {
  const std::size_t n = graph.nodes();
  std::vector<std::uint16_t> distance(n * n, 0);
  std::vector<NodeId> queue;
  std::vector<char> seen(n);
  for (NodeId source = 0; source < n; ++source) {
    std::uint16_t* row = distance.data() + source * n;
    std::fill(seen.begin(), seen.end(), 0);
    queue.assign(1, source);
    seen[source] = 1;
    for (std::size_t head = 0; head < queue.size(); ++head)
      for (const NodeId j : graph.neighbors(queue[head])) {
        if (seen[j]) continue;
        seen[j] = 1;
        row[j] = static_cast<std::uint16_t>(row[queue[head]] + 1);
        queue.push_back(j);
      }
  }
  return distance;
}

// Moves both ends of a pair towards their distance; `rate` = 1 moves them all the way.
void move_pair(Point& a, Point& b, double wanted, double rate) {
  const double dx = a.x - b.x, dy = a.y - b.y;
  const double length = std::max(std::hypot(dx, dy), 1e-9);
  const double share = rate * (length - wanted) / (2 * length);
  a.x -= share * dx;
  a.y -= share * dy;
  b.x += share * dx;
  b.y += share * dy;
}

// Turned about its middle so that the points spread farthest across the page.
void turn(std::vector<Point>& points) {
  const auto n = static_cast<double>(points.size());
  Point mean;
  for (const Point& p : points) mean.x += p.x / n, mean.y += p.y / n;
  double xx = 0, xy = 0, yy = 0;
  for (Point& p : points) {
    p = {p.x - mean.x, p.y - mean.y};
    xx += p.x * p.x;
    xy += p.x * p.y;
    yy += p.y * p.y;
  }
  const double angle = std::atan2(2 * xy, xx - yy) / 2;
  const double c = std::cos(angle), s = std::sin(angle);
  for (Point& p : points) p = {c * p.x + s * p.y, c * p.y - s * p.x};
  // Node 0 on the left, upper half: the turn leaves both open.
  const double flip_x = points[0].x > 0 ? -1 : 1, flip_y = points[0].y > 0 ? -1 : 1;
  for (Point& p : points) p = {flip_x * p.x, flip_y * p.y};
}

}  // namespace

std::vector<Point> circle_layout(NodeId nodes) {
  std::vector<Point> points(nodes);
  for (NodeId i = 0; i < nodes; ++i) {
    const double angle = 2 * std::numbers::pi * i / nodes;
    points[i] = {std::sin(angle), -std::cos(angle)};
  }
  return points;
}

std::vector<Point> grid_layout(NodeId nodes, NodeId columns) {
  std::vector<Point> points(nodes);
  for (NodeId i = 0; i < nodes; ++i)
    points[i] = {static_cast<double>(i % columns), static_cast<double>(i / columns)};
  return points;
}

NodeId grid_columns(const Graph& graph) {
  const NodeId n = graph.nodes();
  const auto sides = cayley_sides(graph);
  if (sides.size() == 2) return sides[1];
  // Node 0 of a grid is joined to its right neighbour, 1, and to the first of the next row.
  if (n > 1 && graph.degree(0) == 2 && graph.neighbors(0)[0] == 1) {
    const NodeId q = graph.neighbors(0)[1];
    if (n % q == 0 && q > 1 && q < n) return q;
  }
  NodeId rows = 1;
  for (NodeId r = 1; std::uint64_t{r} * r <= n; ++r)
    if (n % r == 0) rows = r;
  const auto square = static_cast<NodeId>(std::ceil(std::sqrt(static_cast<double>(n))));
  return n / rows > 3 * rows ? square : n / rows;
}

// The rate of a pair is mu_k / d^2, at most 1; mu falls geometrically, from the one that lets the
// farthest pair move all the way to a tenth of the one that lets neighbours.
std::vector<Point> spring_layout(const Graph& graph) {
  const std::size_t n = graph.nodes();
  RandomStream stream(1, Purpose::graph);
  std::vector<Point> points = circle_layout(graph.nodes());
  if (n < 3) return points;
  for (Point& p : points) p = {p.x + 0.1 * stream.normal(), p.y + 0.1 * stream.normal()};
  const auto distance = distances(graph);
  const double farthest = *std::max_element(distance.begin(), distance.end());
  const double first = farthest * farthest, last = 0.1;
  std::vector<NodeId> order(n);
  std::iota(order.begin(), order.end(), NodeId{0});
  std::vector<std::size_t> steps(n / 2);
  std::iota(steps.begin(), steps.end(), std::size_t{1});
  for (int pass = 0; pass < kPasses; ++pass) {
    const double mu = first * std::pow(last / first, pass / (kPasses - 1.0));
    shuffle(order, stream);
    shuffle(steps, stream);
    for (const std::size_t step : steps)  // every pair once (twice for half of an even n)
      for (std::size_t k = 0; k < n; ++k) {
        const NodeId i = order[k], j = order[(k + step) % n];
        const double wanted = distance[i * n + j];
        move_pair(points[i], points[j], wanted, std::min(1.0, mu / (wanted * wanted)));
      }
  }
  turn(points);
  return points;
}

}  // namespace starling
