#include "topology/drawing/svg.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "topology/number_text.h"

namespace starling {
namespace {

constexpr double kWidth = 960, kMargin = 56, kHead = 96, kFoot = 92;
constexpr double kField = kWidth - 2 * kMargin;  // the drawing's own width
constexpr double kThinnest = 0.5;                // px
constexpr NodeId kNumbered = 100;                // so many nodes carry their number

constexpr const char* kStyle = R"(
  .paper { fill: #fcfbf8 }
  text { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
         fill: #23272e }
  .title { font-size: 26px; font-weight: 600; letter-spacing: -.3px }
  .fact { font-size: 15px; fill: #5c6470 }
  .value { fill: #23272e; font-weight: 600 }
  .small { font-size: 13px; fill: #5c6470 }
  .edge { fill: none; stroke: #6d7683; stroke-linecap: round; stroke-opacity: .62 }
  .negative { stroke: #b3367a; stroke-linecap: butt }
  .node { stroke: #fcfbf8 }
  .number { font-weight: 600; text-anchor: middle; pointer-events: none }
  .on-pale { fill: #23272e }
  .on-strong { fill: #ffffff }
  .frame { fill: none; stroke: #23272e; stroke-opacity: .16 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #15181d }
    text, .value { fill: #eceae4 }
    .fact, .small { fill: #9aa3af }
    .edge { stroke: #97a1af; stroke-opacity: .55 }
    .negative { stroke: #ec7db7 }
    .node { stroke: #15181d }
    .on-pale { fill: #23272e }
    .on-strong { fill: #ffffff }
    .frame { stroke: #eceae4 }
  }
)";

std::string fixed(double value, int digits = 1) {
  std::array<char, 40> buffer;  // no locale's comma
  const auto end =
      std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::fixed, digits).ptr;
  std::string text(buffer.begin(), end);
  if (digits > 0) text.erase(std::min(text.find_last_not_of('0') + 1, text.size()));
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string digits(double value, int count) {
  std::array<char, 40> buffer;
  const auto end =
      std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::general, count).ptr;
  return {buffer.begin(), end};
}

// 12,345
std::string grouped(std::size_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  }
  return result;
}

// The places scaled into the field, and how far apart the nearest nodes are.
struct Page {
  std::vector<Point> places;
  double height = 0;  // of the whole picture
  double radius = 0;  // of a node
};

double nearest_distance(const std::vector<Point>& places) {
  double least = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> order(places.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return places[a].x < places[b].x; });
  for (std::size_t a = 0; a < order.size(); ++a)
    for (std::size_t b = a + 1; b < order.size(); ++b) {
      const Point &p = places[order[a]], &q = places[order[b]];
      if (q.x - p.x >= least) break;
      least = std::min(least, std::hypot(p.x - q.x, p.y - q.y));
    }
  return least;
}

Page fit(const Picture& picture) {
  Page page;
  page.places = picture.places;
  Point low = page.places[0], high = low;
  for (const Point& p : page.places) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const double across = high.x - low.x, down = high.y - low.y;
  const double pad = picture.arcs ? 48 : 18;  // room for nodes, and for arcs outside of them
  const double room = kField - 2 * pad;
  const double scale = std::max(across, down) > 0 ? room / std::max(across, down) : 1;
  const double inner = std::max(down * scale, kField / 3) + 2 * pad;
  page.height = kHead + inner + kFoot;
  const Point middle{kWidth / 2, kHead + inner / 2};
  for (Point& p : page.places)
    p = {middle.x + (p.x - (low.x + high.x) / 2) * scale,
         middle.y + (p.y - (low.y + high.y) / 2) * scale};
  const double typical = room / std::sqrt(static_cast<double>(page.places.size()));
  const double apart = page.places.size() > 1 ? nearest_distance(page.places) : room;
  // Springs may put two nodes nearly on each other; the crowd's spacing counts, too.
  page.radius = std::clamp(std::max(0.36 * apart, 0.15 * typical), 1.8, 17.0);
  return page;
}

struct Weights {
  std::vector<double> value;  // one per edge of edge_list()
  double largest = 0, least = 0;
};

// An edge's weight is that of both directions, or their mean.
Weights weights_of(const MixingMatrix& matrix) {
  const Graph& graph = matrix.graph;
  Weights result;
  std::vector<std::size_t> met(graph.nodes(), 0);
  for (NodeId u = 0; u < graph.nodes(); ++u)
    for (std::size_t k = 0; k < graph.degree(u); ++k) {
      const NodeId v = graph.neighbors(u)[k];
      if (v < u) continue;
      const double back = matrix.row(v)[met[v]++];
      result.value.push_back((matrix.row(u)[k] + back) / 2);
    }
  for (const double w : result.value) result.largest = std::max(result.largest, std::abs(w));
  result.least = result.largest;
  for (const double w : result.value) result.least = std::min(result.least, std::abs(w));
  return result;
}

struct Pen {
  double thickest = 4, largest = 1;
  double width(double weight) const {
    return std::max(kThinnest, thickest * std::abs(weight) / std::max(largest, 1e-300));
  }
};

// Over more than one column or row of a grid a straight line would run through other nodes.
std::string path(const Picture& picture, const Page& page, const Edge& edge) {
  const Point &a = page.places[edge.u], &b = page.places[edge.v];
  const Point &from = picture.places[edge.u], &to = picture.places[edge.v];
  std::string text = "M" + fixed(a.x) + " " + fixed(a.y);
  const bool along = from.y == to.y && std::abs(from.x - to.x) > 1;
  const bool across = from.x == to.x && std::abs(from.y - to.y) > 1;
  if (picture.arcs && (along || across)) {
    const double length = std::hypot(a.x - b.x, a.y - b.y);
    const double bend = std::min(0.16 * length, 64.0);
    const Point middle{(a.x + b.x) / 2 - (across ? bend : 0), (a.y + b.y) / 2 - (along ? bend : 0)};
    text += "Q" + fixed(middle.x) + " " + fixed(middle.y) + " ";
  } else {
    text += "L";
  }
  return text + fixed(b.x) + " " + fixed(b.y);
}

void draw_edges(const Picture& picture, const Page& page, const Weights& weights, const Pen& pen,
                std::string& text) {
  text += "<g class=\"edges\">\n";
  std::size_t k = 0;
  for (const Edge& edge : picture.matrix.graph.edge_list()) {
    const double w = weights.value[k++];
    const double width = pen.width(w);
    text += w < 0 ? "<path class=\"edge negative\"" : "<path class=\"edge\"";
    text += " d=\"" + path(picture, page, edge) + "\" stroke-width=\"" + fixed(width, 2) + "\"";
    if (w < 0)
      text += " stroke-dasharray=\"" + fixed(2 * width + 2) + " " + fixed(width + 2) + "\"";
    text += "><title>" + std::to_string(edge.u) + " - " + std::to_string(edge.v) + ": weight ";
    append_shortest(text, w);
    text += "</title></path>\n";
  }
  text += "</g>\n";
}

void draw_nodes(const Picture& picture, const Page& page, std::string& text) {
  const Graph& graph = picture.matrix.graph;
  double largest = 0;
  for (const double z : picture.mode) largest = std::max(largest, std::abs(z));
  const std::string radius = fixed(page.radius, 2);
  const std::string rim = fixed(std::clamp(page.radius / 6, 0.4, 2.0), 2);
  text += "<g class=\"nodes\" stroke-width=\"" + rim + "\">\n";
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const double share = largest > 0 ? picture.mode[i] / largest : 0;
    text += "<circle class=\"node\" cx=\"" + fixed(page.places[i].x) + "\" cy=\"" +
            fixed(page.places[i].y) + "\" r=\"" + radius + "\" fill=\"" + mode_colour(share) +
            "\"><title>node " + std::to_string(i) + ": mode " + digits(picture.mode[i], 4) +
            ", degree " + std::to_string(graph.degree(i)) + ", own weight " +
            digits(picture.matrix.diagonal[i], 4) + "</title></circle>\n";
  }
  text += "</g>\n";
  if (graph.nodes() > kNumbered || page.radius < 8) return;
  text += "<g font-size=\"" + fixed(std::min(13.0, page.radius * 0.86)) + "\">\n";
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    const double share = largest > 0 ? std::abs(picture.mode[i]) / largest : 0;
    text += std::string("<text class=\"number ") + (share > 0.55 ? "on-strong" : "on-pale") +
            "\" x=\"" + fixed(page.places[i].x) + "\" y=\"" + fixed(page.places[i].y) +
            "\" dy=\".35em\">" + std::to_string(i) + "</text>\n";
  }
  text += "</g>\n";
}

std::string fact(const std::string& name, const std::string& value) {
  return "<tspan dx=\"20\">" + name + "</tspan> <tspan class=\"value\">" + value + "</tspan>";
}

void draw_head(const Picture& picture, std::string& text) {
  const Graph& graph = picture.matrix.graph;
  const Spectrum& s = picture.spectrum;
  text += "<text class=\"title\" x=\"" + fixed(kMargin) + "\" y=\"44\">" + escaped(picture.title) +
          "</text>\n<text class=\"fact\" x=\"" + fixed(kMargin - 20) + "\" y=\"72\">" +
          fact("nodes", grouped(graph.nodes())) + fact("edges", grouped(graph.edges())) +
          fact("weights", escaped(picture.weights)) +
          fact("\xCE\xBB\xE2\x82\x82", digits(s.lambda_2(), 6)) +
          fact("\xCE\xBB\xE2\x82\x99", digits(s.lambda_n, 6)) + fact("gap", digits(s.gap(), 4)) +
          "</text>\n";
}

// A bar of the colours, and two lines as wide as the least and the largest weight.
void draw_foot(const Page& page, const Weights& weights, const Pen& pen, std::string& text) {
  const double y = page.height - 44, bar = 260, height = 12;
  constexpr int kStops = 8;
  text += "<defs><linearGradient id=\"colours\">";
  for (int k = 0; k <= kStops; ++k)
    text += "<stop offset=\"" + fixed(1.0 * k / kStops, 3) + "\" stop-color=\"" +
            mode_colour(2.0 * k / kStops - 1) + "\"/>";
  text += "</linearGradient></defs>\n";
  const std::string at = "\" y=\"" + fixed(y);
  text += "<rect x=\"" + fixed(kMargin) + at + "\" width=\"" + fixed(bar) + "\" height=\"" +
          fixed(height) + "\" rx=\"" + fixed(height / 2) + "\" fill=\"url(#colours)\"/>\n" +
          "<rect class=\"frame\" x=\"" + fixed(kMargin) + at + "\" width=\"" + fixed(bar) +
          "\" height=\"" + fixed(height) + "\" rx=\"" + fixed(height / 2) + "\"/>\n";
  const auto label = [&](double x, double line, const char* anchor, const std::string& what) {
    text += "<text class=\"small\" x=\"" + fixed(x) + "\" y=\"" + fixed(line) +
            "\" text-anchor=\"" + anchor + "\">" + what + "</text>\n";
  };
  label(kMargin, y - 9, "start",
        "node colour: the slowest mode (eigenvector of \xCE\xBB\xE2\x82\x82)");
  label(kMargin, y + 29, "start", "\xE2\x88\x92");
  label(kMargin + bar / 2, y + 29, "middle", "0");
  label(kMargin + bar, y + 29, "end", "+");
  if (weights.value.empty()) return;
  const double left = kWidth - kMargin - bar;
  label(left, y - 9, "start", "edge width: its weight");
  const bool two = weights.least < weights.largest * (1 - 1e-9);
  const auto line = [&](double x, double weight, const char* anchor) {
    const double end = x + (anchor[0] == 'e' ? -110 : 110);
    text += "<path class=\"edge key\" d=\"M" + fixed(x) + " " + fixed(y + height / 2) + "L" +
            fixed(end) + " " + fixed(y + height / 2) + "\" stroke-width=\"" +
            fixed(pen.width(weight), 2) + "\"/>\n";
    label(x, y + 29, anchor, digits(weight, 4));
  };
  line(left, two ? weights.least : weights.largest, "start");
  if (two) line(left + bar, weights.largest, "end");
}

}  // namespace

std::string mode_colour(double value) {
  struct Stop {
    double at, red, green, blue;
  };
  constexpr Stop kStops[] = {{-1, 23, 78, 166},  {-.6, 74, 136, 206},  {-.25, 158, 193, 224},
                             {0, 229, 227, 226}, {.25, 240, 182, 140}, {.6, 222, 110, 66},
                             {1, 172, 38, 32}};
  const double at = std::clamp(value, -1.0, 1.0);
  std::size_t k = 0;
  while (k + 2 < std::size(kStops) && at > kStops[k + 1].at) ++k;
  const Stop &a = kStops[k], &b = kStops[k + 1];
  const double t = (at - a.at) / (b.at - a.at);
  const auto mixed = [t](double from, double to) {
    return static_cast<unsigned>(std::lround(from + t * (to - from)));
  };
  std::string text = "#";
  for (const unsigned channel :
       {mixed(a.red, b.red), mixed(a.green, b.green), mixed(a.blue, b.blue)})
    for (const unsigned digit : {channel / 16, channel % 16}) text += "0123456789abcdef"[digit];
  return text;
}

std::string write_svg(const Picture& picture) {
  const Graph& graph = picture.matrix.graph;
  const Page page = fit(picture);
  const Weights weights = weights_of(picture.matrix);
  const double crowd = 2.0 * static_cast<double>(graph.edges()) / graph.nodes() / 4;
  const Pen pen{std::clamp(page.radius * 0.5 / std::sqrt(std::max(1.0, crowd)), 1.0, 7.0),
                weights.largest};
  const std::string size = fixed(kWidth) + " " + fixed(page.height);
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 " +
      size + "\" width=\"" + fixed(kWidth) + "\" height=\"" + fixed(page.height) + "\">\n<title>" +
      escaped(picture.title) + "</title>\n<desc>" + std::to_string(graph.nodes()) + " nodes, " +
      std::to_string(graph.edges()) + " edges, weights " + escaped(picture.weights) +
      ". Edge width: weight; node colour: the eigenvector of lambda_2.</desc>\n<style>" + kStyle +
      "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
  draw_head(picture, text);
  draw_edges(picture, page, weights, pen, text);
  draw_nodes(picture, page, text);
  draw_foot(page, weights, pen, text);
  return text + "</svg>\n";
}

}  // namespace starling
