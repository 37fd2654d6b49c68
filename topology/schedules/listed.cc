// alternating, and every other schedule that is a list of rounds.
#include <algorithm>
#include <string>
#include <utility>

#include "topology/edge_list.h"
#include "topology/graphs/parameters.h"
#include "topology/mixing_matrix.h"
#include "topology/nearest.h"
#include "topology/schedules/schedules.h"
#include "topology/schedules/weighted_arcs.h"

namespace starling {
namespace {

bool same(const DirectedMatrix& a, const DirectedMatrix& b) {
  return a.weights == b.weights && a.diagonal == b.diagonal &&
         a.graph.arc_list() == b.graph.arc_list();
}

class Listed final : public Schedule {
 public:
  explicit Listed(std::vector<DirectedMatrix> rounds) : rounds_(std::move(rounds)) {
    for (std::size_t p = 1; p < rounds_.size(); ++p)
      if (repeats_every(p)) {
        rounds_.resize(p);
        break;
      }
    symmetric_ = std::all_of(rounds_.begin(), rounds_.end(), is_symmetric);
  }

  NodeId nodes() const override { return rounds_.front().graph.nodes(); }
  bool symmetric() const override { return symmetric_; }
  std::optional<std::uint64_t> period() const override { return rounds_.size(); }
  Graph links() const override { return links_of_rounds(*this, rounds_.size()); }
  DirectedMatrix round(std::uint64_t t) const override { return rounds_[t % rounds_.size()]; }

 private:
  bool repeats_every(std::size_t p) const {
    if (rounds_.size() % p != 0) return false;
    for (std::size_t t = p; t < rounds_.size(); ++t)
      if (!same(rounds_[t], rounds_[t - p])) return false;
    return true;
  }

  std::vector<DirectedMatrix> rounds_;
  bool symmetric_ = true;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names(1);
  for (const char c : list) {
    if (c == ',')
      names.emplace_back();
    else if (c != ' ')
      names.back() += c;
  }
  return names;
}

const GraphKind* find_kind(std::string_view name) {
  for (const GraphKind& kind : graph_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

bool reads(const GraphKind& kind, std::string_view parameter) {
  const std::string words = " " + std::string(kind.parameters) + " ";
  return words.find(" " + std::string(parameter) + " ") != std::string::npos;
}

// Hands each parameter to the graphs that read it, and refuses what none of them does.
class Shares {
 public:
  Shares(const std::vector<std::string>& names, std::string_view kind, const GraphParameters& given)
      : names_(names), kind_(kind), given_(given) {}

  GraphParameters of(const GraphKind* graph) const {
    GraphParameters share;
    share.seed = given_.seed;
    hand(graph, "nodes", given_.nodes, share.nodes);
    hand(graph, "degree", given_.degree, share.degree);
    hand(graph, "rows", given_.rows, share.rows);
    hand(graph, "cols", given_.columns, share.columns);
    hand(graph, "probability", given_.probability, share.probability);
    hand(graph, "radius", given_.radius, share.radius);
    return share;
  }

 private:
  template <class Value>
  void hand(const GraphKind* graph, std::string_view parameter, const Value& given,
            Value& share) const {
    if (!given) return;
    if (graph != nullptr && reads(*graph, parameter)) share = given;
    for (const std::string& name : names_)
      if (const GraphKind* other = find_kind(name); other != nullptr && reads(*other, parameter))
        return;
    throw GraphError("kind " + std::string(kind_) + ": none of graphs = " + given_.graphs +
                     " reads " + std::string(parameter));
  }

  const std::vector<std::string>& names_;
  std::string_view kind_;
  const GraphParameters& given_;
};

MixingMatrix graph_of_file(const std::string& name, const GraphParameters& given,
                           std::string_view rule) {
  try {
    EdgeListFile file = read_edge_list(given.read_file(name));
    if (file.weights && given.weights.empty())
      return mixing_matrix_from_weights(std::move(file.graph), *file.weights);
    return make_mixing_matrix(rule, file.graph);
  } catch (const GraphError& error) {
    throw GraphError(name + ": " + error.what());
  }
}

[[noreturn]] void refuse_name(std::string_view kind, const std::string& name, bool files) {
  std::vector<std::string_view> names;
  std::string allowed;
  for (const GraphKind& graph : graph_kinds()) {
    names.push_back(graph.name);
    allowed += ' ';
    allowed += graph.name;
  }
  throw GraphError("kind " + std::string(kind) + ": graphs: '" + name + "' is unknown" +
                   did_you_mean(name, names) + "; allowed: " + (files ? "a file," : "one of") +
                   allowed);
}

}  // namespace

std::unique_ptr<Schedule> listed_schedule(std::vector<DirectedMatrix> rounds) {
  return std::make_unique<Listed>(std::move(rounds));
}

std::vector<MixingMatrix> named_graphs(std::string_view kind, const GraphParameters& given) {
  if (given.graphs.empty())
    throw GraphError("kind " + std::string(kind) +
                     " needs graphs; allowed: static kinds or files, as ring,torus");
  const std::string rule = given.weights.empty() ? "metropolis" : given.weights;
  for (const WeightRule& known : weight_rules())
    if (known.name == rule && known.averages == Averages::samples)
      refuse(kind, "weights", rule, "rules with equal shares, as metropolis");
  const auto names = split(given.graphs);
  const Shares shares(names, kind, given);
  std::vector<MixingMatrix> graphs;
  for (const std::string& name : names) {
    const GraphKind* const graph = find_kind(name);
    GraphParameters share = shares.of(graph);
    if (graph != nullptr) {
      share.seed += graphs.size();
      graphs.push_back(make_mixing_matrix(rule, graph->make(share)));
    } else if (given.read_file && name.find_first_of("./") != std::string::npos) {
      graphs.push_back(graph_of_file(name, given, rule));
    } else {
      refuse_name(kind, name, static_cast<bool>(given.read_file));
    }
    const NodeId first = graphs.front().graph.nodes(), nodes = graphs.back().graph.nodes();
    if (nodes != first)
      throw GraphError("kind " + std::string(kind) + ": graphs: " + name + " has " +
                       std::to_string(nodes) + " nodes; allowed: " + std::to_string(first) +
                       ", as " + names.front());
  }
  return graphs;
}

std::unique_ptr<Schedule> alternating(const GraphParameters& given) {
  std::vector<DirectedMatrix> rounds;
  for (MixingMatrix& graph : named_graphs("alternating", given))
    rounds.push_back(
        {Digraph::from_graph(graph.graph), std::move(graph.weights), std::move(graph.diagonal)});
  return listed_schedule(std::move(rounds));
}

}  // namespace starling
