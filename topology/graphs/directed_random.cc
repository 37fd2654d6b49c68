// directed_erdos_renyi, directed_geometric: who sends to whom is not mutual.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "topology/graphs/directed.h"
#include "topology/graphs/parameters.h"

namespace starling {
namespace {

std::string rounded(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

void refuse_crowded(const Reader& reader, std::string_view key, double value, double expected) {
  if (expected > static_cast<double>(kEdgesMax) / 2)
    refuse(reader.kind, key, std::to_string(value),
           "at most " + std::to_string(kEdgesMax / 2) + " arcs expected");
}

struct Point {
  double x = 0, y = 0;
};

// Which points lie in which cell of a side x side grid over the unit square.
class Cells {
 public:
  Cells(const std::vector<Point>& points, double radius)
      : side_(static_cast<std::size_t>(
            std::clamp(std::floor(1 / radius), 1.0,
                       std::ceil(std::sqrt(static_cast<double>(points.size())))))),
        cells_(side_ * side_) {
    for (NodeId i = 0; i < points.size(); ++i)
      cells_[column(points[i].x) * side_ + column(points[i].y)].push_back(i);
  }
  // All points that may be within the radius of p, and others.
  template <class Visit>
  void around(const Point& p, Visit visit) const {
    const std::size_t cx = column(p.x), cy = column(p.y);
    for (std::size_t i = cx - (cx > 0); i <= std::min(cx + 1, side_ - 1); ++i)
      for (std::size_t j = cy - (cy > 0); j <= std::min(cy + 1, side_ - 1); ++j)
        for (const NodeId other : cells_[i * side_ + j]) visit(other);
  }

 private:
  std::size_t column(double x) const {
    return std::min(side_ - 1, static_cast<std::size_t>(x * static_cast<double>(side_)));
  }
  std::size_t side_;
  std::vector<std::vector<NodeId>> cells_;
};

}  // namespace

// Every ordered pair with probability p. Skips between arcs are geometric, so the cost is O(n + m).
// [BatageljBrandes2005]
Digraph directed_erdos_renyi(const GraphParameters& given) {
  const Reader reader{"directed_erdos_renyi", given};
  const NodeId n = reader.nodes();
  const double p = reader.probability();
  refuse_crowded(reader, "probability", p, p * static_cast<double>(n) * (n - 1.0));
  const double pairs = static_cast<double>(n) * (n - 1.0);
  const auto draw = [&](RandomStream& stream) {
    std::vector<Arc> arcs;
    const double log_miss = std::log1p(-p);  // -inf at p = 1: every skip is one
    // Pair number k: node k / (n - 1) to the (k mod (n - 1))-th of the others.
    for (double at = -1; p > 0;) {
      at += 1 + std::floor(std::log(1 - stream.uniform()) / log_miss);
      if (!(at < pairs)) break;
      const auto pair = static_cast<std::uint64_t>(at);
      const auto from = static_cast<NodeId>(pair / (n - 1));
      const auto other = static_cast<NodeId>(pair % (n - 1));
      arcs.push_back({from, other < from ? other : other + 1});
    }
    return Digraph::from_arcs(n, std::move(arcs));
  };
  return first_draw(reader, draw, strongly_connected,
                    "a larger probability; " + std::to_string(n) +
                        " nodes connect both ways from about ln(n)/n = " +
                        rounded(std::log(static_cast<double>(n)) / n));
}

// Points of the unit square; i reaches j when j is within r_i, a range drawn for each node between
// half the radius and the radius: whom a strong sender reaches may be too weak to answer.
Digraph directed_geometric(const GraphParameters& given) {
  const Reader reader{"directed_geometric", given};
  const NodeId n = reader.nodes();
  const double radius = reader.radius();
  refuse_crowded(reader, "radius", radius,
                 std::min(1.0, std::numbers::pi * radius * radius) * n * static_cast<double>(n));
  const auto draw = [&](RandomStream& stream) {
    std::vector<Point> points(n);
    std::vector<double> range(n);
    for (NodeId i = 0; i < n; ++i) {
      points[i] = {stream.uniform(), stream.uniform()};
      range[i] = radius * (1 + stream.uniform()) / 2;
    }
    const Cells cells(points, radius);
    std::vector<Arc> arcs;
    for (NodeId i = 0; i < n; ++i)
      cells.around(points[i], [&](NodeId j) {
        const double dx = points[j].x - points[i].x, dy = points[j].y - points[i].y;
        if (j != i && dx * dx + dy * dy <= range[i] * range[i]) arcs.push_back({i, j});
      });
    return Digraph::from_arcs(n, std::move(arcs));
  };
  const double threshold = 2 * std::sqrt(std::log(static_cast<double>(n)) / (std::numbers::pi * n));
  return first_draw(
      reader, draw, strongly_connected,
      "a larger radius; " + std::to_string(n) +
          " nodes connect both ways from about 2 sqrt(ln(n)/(pi n)) = " + rounded(threshold));
}

}  // namespace starling
