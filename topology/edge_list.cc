#include "topology/edge_list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <tuple>
#include <utility>

#include "topology/number_text.h"
#include "topology/words.h"

namespace starling {
namespace {

class Parser {
 public:
  Parser(std::string_view text, NodeId max_nodes, bool directed)
      : text_(text), max_nodes_(max_nodes), directed_(directed) {}

  // What the lines say, ascending; an edge of a directed file is (from, to).
  struct Contents {
    NodeId nodes = 0;
    std::vector<Edge> edges;
    std::optional<std::vector<double>> weights;
  };
  Contents parse() {
    while (!text_.empty()) {
      ++line_number_;
      const std::string_view line = next_line(text_);
      std::string_view rest = line;
      const std::string_view first = next_word(rest);
      if (first.empty()) continue;
      if (first.front() == '#')
        header(line);
      else
        data(first, rest);
    }
    return finish();
  }

 private:
  struct Line {
    Edge edge;
    std::size_t number = 0;  // where it stands, for the message
    double weight = 0;
    bool turned = false;  // given as v u, v > u
  };

  [[noreturn]] void fail(std::size_t number, const std::string& what) const {
    throw GraphError("line " + std::to_string(number) + ": " + what);
  }

  std::uint64_t number(std::string_view word, std::string_view what) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
      fail(line_number_, quoted(word) + " is not a " + std::string(what));
    return value;
  }

  void set_nodes(std::string_view word) {
    if (nodes_) fail(line_number_, "the number of nodes is given twice");
    const std::uint64_t value = number(word, "number of nodes");
    if (value < 1 || value > max_nodes_)
      fail(line_number_,
           "nodes = " + std::to_string(value) + "; allowed: 1.." + std::to_string(max_nodes_));
    nodes_ = static_cast<NodeId>(value);
  }

  // "# key value": the keys we know are held to, all other comments are comments.
  void header(std::string_view line) {
    line.remove_prefix(line.find('#') + 1);
    const std::string_view key = next_word(line);
    const std::string_view value = next_word(line);
    if (key == "starling" && value == "topology") {
      const std::string_view version = next_word(line);
      if (version != "1") fail(line_number_, "format version " + quoted(version) + "; allowed: 1");
    } else if (key == "nodes" && next_word(line).empty()) {
      set_nodes(value);
    } else if (key == "directed" && value != (directed_ ? "true" : "false")) {
      fail(line_number_,
           "directed " + quoted(value) + "; allowed: " + (directed_ ? "true" : "false"));
    } else if (key == "round" && !value.empty() && next_word(line).empty()) {
      fail(line_number_, "a schedule of graphs ('# round'); allowed: one static graph");
    }
  }

  // u v [weight]. A lone number on the first data line is decentralizepy's number of nodes; its
  // files then list every edge from both ends.
  void data(std::string_view first, std::string_view rest) {
    const std::string_view second = next_word(rest);
    if (second.empty() && lines_.empty() && !nodes_) {
      set_nodes(first);
      both_ends_ = !directed_;
      return;
    }
    if (second.empty()) fail(line_number_, "one word; allowed: u v [weight]");
    const NodeId u = node(first), v = node(second);
    if (u == v)
      fail(line_number_, name() + std::to_string(u) + " " + std::to_string(v) + " is a loop");
    Line line{{u, v}, line_number_, 0, !directed_ && u > v};
    if (line.turned) std::swap(line.edge.u, line.edge.v);
    const std::string_view third = next_word(rest);
    const bool weighted = !third.empty() && third != "{}";  // networkx writes its empty data as {}
    if (!next_word(rest).empty())
      fail(line_number_, "more than three words; allowed: u v [weight]");
    if (weighted) line.weight = weight(third);
    if (!lines_.empty() && weighted != weighted_)
      fail(line_number_, weighted ? "a weight, where earlier lines have none"
                                  : "no weight, where earlier lines have one");
    weighted_ = weighted;
    lines_.push_back(line);
  }

  NodeId node(std::string_view word) const {
    const std::uint64_t value = number(word, "node number");
    const std::uint64_t limit = nodes_.value_or(max_nodes_);
    if (value >= limit)
      fail(line_number_, "node " + std::to_string(value) + " is out of range; allowed: 0.." +
                             std::to_string(limit - 1));
    return static_cast<NodeId>(value);
  }

  double weight(std::string_view word) const {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value))
      fail(line_number_, quoted(word) + " is not a weight; allowed: a finite number");
    return value;
  }

  void refuse_repeats() {
    for (std::size_t k = 1; k < lines_.size(); ++k) {
      const Line& line = lines_[k];
      const Line& before = lines_[k - 1];
      if (line.edge != before.edge) continue;
      if (both_ends_ && line.turned != before.turned && line.weight == before.weight) continue;
      fail(std::max(line.number, before.number),
           name() + std::to_string(line.edge.u) + " " + std::to_string(line.edge.v) +
               " stands already in line " + std::to_string(std::min(line.number, before.number)) +
               (line.weight != before.weight ? ", with another weight; one holds both ways" : ""));
    }
  }

  std::string name() const { return directed_ ? "arc " : "edge "; }

  Contents finish() {
    std::sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
      return std::tuple(a.edge, a.turned, a.number) < std::tuple(b.edge, b.turned, b.number);
    });
    refuse_repeats();
    std::vector<Edge> edges;
    std::vector<double> weights;
    NodeId largest = 0;
    for (const Line& line : lines_) {
      const NodeId node = std::max(line.edge.u, line.edge.v);
      largest = std::max(largest, node);
      if (nodes_ && node >= *nodes_)  // the header came after the edge
        fail(line.number, "node " + std::to_string(node) + " is out of range; allowed: 0.." +
                              std::to_string(*nodes_ - 1));
      if (!edges.empty() && edges.back() == line.edge) continue;
      edges.push_back(line.edge);
      if (weighted_) weights.push_back(line.weight);
    }
    if (!nodes_ && edges.empty()) throw GraphError("line 1: no edge and no '# nodes' in this file");
    Contents contents{nodes_.value_or(largest + 1), std::move(edges), std::nullopt};
    if (weighted_) contents.weights = std::move(weights);
    return contents;
  }

  std::string_view text_;
  NodeId max_nodes_;
  bool directed_;
  std::size_t line_number_ = 0;
  std::optional<NodeId> nodes_;
  bool both_ends_ = false;
  bool weighted_ = false;
  std::vector<Line> lines_;
};

}  // namespace

EdgeListFile read_edge_list(std::string_view text, NodeId max_nodes) {
  Parser::Contents contents = Parser(text, max_nodes, false).parse();
  return {Graph::from_edges(contents.nodes, std::move(contents.edges)),
          std::move(contents.weights)};
}

DirectedEdgeListFile read_directed_edge_list(std::string_view text, NodeId max_nodes) {
  Parser::Contents contents = Parser(text, max_nodes, true).parse();
  std::vector<Arc> arcs;
  arcs.reserve(contents.edges.size());
  for (const Edge& e : contents.edges) arcs.push_back({e.u, e.v});
  return {Digraph::from_arcs(contents.nodes, std::move(arcs)), std::move(contents.weights)};
}

bool is_directed_text(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = next_line(text);
    std::string_view first = next_word(line);
    if (first.empty()) continue;
    if (first.front() != '#') return false;
    if (first == "#") first = next_word(line);
    if ((first == "directed" || first == "#directed") && next_word(line) == "true") return true;
  }
  return false;
}

namespace {

std::string head(NodeId nodes, bool directed, std::string_view comment) {
  std::string text = "# starling topology 1\n# nodes " + std::to_string(nodes) + "\n# directed " +
                     (directed ? "true" : "false") + "\n";
  while (!comment.empty()) text.append("# ").append(next_line(comment)).append("\n");
  return text;
}

void append_line(std::string& text, NodeId u, NodeId v, const double* weight) {
  text += std::to_string(u);
  text += ' ';
  text += std::to_string(v);
  if (weight != nullptr) {
    text += ' ';
    append_shortest(text, *weight);
  }
  text += '\n';
}

}  // namespace

std::string write_edge_list(const Graph& graph, const std::vector<double>* weights,
                            std::string_view comment) {
  std::string text = head(graph.nodes(), false, comment);
  std::size_t edge = 0;
  for (const Edge& e : graph.edge_list())
    append_line(text, e.u, e.v, weights != nullptr ? &weights->at(edge++) : nullptr);
  return text;
}

std::string write_edge_list(const Digraph& graph, const std::vector<double>* weights,
                            std::string_view comment) {
  std::string text = head(graph.nodes(), true, comment);
  std::size_t arc = 0;
  for (const Arc& a : graph.arc_list())
    append_line(text, a.from, a.to, weights != nullptr ? &weights->at(arc++) : nullptr);
  return text;
}

}  // namespace starling
