#include "topology/graphml.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "topology/words.h"
#include "topology/xml_reader.h"

namespace starling {
namespace {

class Parser {
 public:
  Parser(std::string_view text, NodeId max_nodes) : xml_(text), max_nodes_(max_nodes) {}

  EdgeListFile parse() {
    for (XmlReader::Part part = xml_.next(); part != XmlReader::Part::end; part = xml_.next()) {
      if (part == XmlReader::Part::open) open();
      if (part == XmlReader::Part::close) close();
      if (part == XmlReader::Part::text && in_weight_) weight_text_ += xml_.text();
    }
    if (!seen_graph_) xml_.fail("no <graph> in this file");
    return finish();
  }

 private:
  struct Line {
    std::string from, to;
    std::size_t number = 0;  // where it stands, for the message
    std::optional<double> weight;
  };

  [[noreturn]] static void fail(std::size_t line, const std::string& what) {
    throw GraphError("line " + std::to_string(line) + ": " + what);
  }

  const std::string& required(const char* name) const {
    const std::string* value = xml_.attribute(name);
    if (value == nullptr) xml_.fail("<" + xml_.name() + "> without " + name);
    return *value;
  }

  void open() {
    const std::string& name = xml_.name();
    if (xml_.depth() == 1 && name != "graphml") xml_.fail("<" + name + ">; allowed: <graphml>");
    if (name == "key") {
      const std::string *kind = xml_.attribute("for"), *title = xml_.attribute("attr.name");
      const bool of_edges = kind == nullptr || *kind == "edge" || *kind == "all";
      if (of_edges && title != nullptr && *title == "weight") weight_key_ = required("id");
    } else if (name == "graph") {
      if (seen_graph_) xml_.fail("a second <graph>; allowed: one");
      seen_graph_ = true;
      const std::string* direction = xml_.attribute("edgedefault");
      directed_ = direction != nullptr && *direction == "directed";
    } else if (name == "node") {
      add_node();
    } else if (name == "edge") {
      add_edge();
    } else if (name == "data") {
      const std::string* key = xml_.attribute("key");
      in_weight_ = in_edge_ && weight_key_ && key != nullptr && *key == *weight_key_;
      weight_text_.clear();
    } else if (name == "hyperedge" || name == "port") {
      xml_.fail("<" + name + ">; allowed: nodes and edges between two of them");
    }
  }

  void close() {
    if (xml_.name() == "edge") in_edge_ = false;
    if (xml_.name() != "data" || !in_weight_) return;
    in_weight_ = false;
    std::replace(weight_text_.begin(), weight_text_.end(), '\n', ' ');
    std::string_view rest = weight_text_;
    const std::string_view word = next_word(rest);
    double value = 0;
    const char* last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, value);
    if (error != std::errc{} || end != last || !next_word(rest).empty() || !std::isfinite(value))
      xml_.fail(quoted(weight_text_) + " is not a weight; allowed: a finite number");
    if (edges_.back().weight) xml_.fail("a second weight of the same edge");
    edges_.back().weight = value;
  }

  void add_node() {
    const std::string& id = required("id");
    if (names_.size() >= max_nodes_)
      xml_.fail("more than " + std::to_string(max_nodes_) + " nodes");
    if (!place_.emplace(id, static_cast<NodeId>(names_.size())).second)
      xml_.fail("node " + quoted(id) + " is given twice");
    names_.push_back(id);
  }

  void add_edge() {
    const std::string* directed = xml_.attribute("directed");
    if (directed != nullptr ? *directed == "true" : directed_)
      xml_.fail("a directed edge; allowed: edgedefault=\"undirected\"");
    edges_.push_back({required("source"), required("target"), xml_.line(), std::nullopt});
    in_edge_ = true;
  }

  // 0..n-1, each once, as they stand; else the order of the nodes.
  std::vector<NodeId> numbers() const {
    std::vector<NodeId> number(names_.size());
    std::vector<char> taken(names_.size(), 0);
    for (std::size_t k = 0; k < names_.size(); ++k) {
      const std::string& name = names_[k];
      std::uint64_t value = 0;
      const char* last = name.data() + name.size();
      const auto [end, error] = std::from_chars(name.data(), last, value);
      if (error != std::errc{} || end != last || value >= taken.size() || taken[value]) {
        std::iota(number.begin(), number.end(), NodeId{0});
        return number;
      }
      taken[value] = 1;
      number[k] = static_cast<NodeId>(value);
    }
    return number;
  }

  EdgeListFile finish() {
    if (names_.empty()) xml_.fail("no <node> in this file");
    const std::vector<NodeId> number = numbers();
    std::map<Edge, std::pair<std::size_t, double>> found;  // line and weight
    for (const Line& line : edges_) {
      const auto end = [&](const std::string& name) {
        const auto place = place_.find(name);
        if (place == place_.end()) fail(line.number, "no <node> has the id " + quoted(name));
        return number[place->second];
      };
      const NodeId u = end(line.from), v = end(line.to);
      if (u == v)
        fail(line.number, "the edge of node " + quoted(line.from) + " to itself is a loop");
      if (line.weight.has_value() != edges_.front().weight.has_value())
        fail(line.number, line.weight ? "a weight, where earlier edges have none"
                                      : "no weight, where earlier edges have one");
      const auto [place, fresh] =
          found.try_emplace({std::min(u, v), std::max(u, v)}, line.number, line.weight.value_or(0));
      if (!fresh)
        fail(line.number, "the edge of " + quoted(line.from) + " and " + quoted(line.to) +
                              " stands already in line " + std::to_string(place->second.first));
    }
    std::vector<Edge> edges;
    std::vector<double> weights;
    for (const auto& [edge, line] : found) {
      edges.push_back(edge);
      weights.push_back(line.second);
    }
    EdgeListFile file;
    file.graph = Graph::from_edges(static_cast<NodeId>(names_.size()), std::move(edges));
    if (!edges_.empty() && edges_.front().weight) file.weights = std::move(weights);
    return file;
  }

  XmlReader xml_;
  NodeId max_nodes_;
  bool seen_graph_ = false, directed_ = false, in_edge_ = false, in_weight_ = false;
  std::optional<std::string> weight_key_;
  std::string weight_text_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, NodeId> place_;
  std::vector<Line> edges_;
};

}  // namespace

EdgeListFile read_graphml(std::string_view text, NodeId max_nodes) {
  return Parser(text, max_nodes).parse();
}

}  // namespace starling
