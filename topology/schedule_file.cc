#include "topology/schedule_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "topology/number_text.h"
#include "topology/schedules/schedules.h"
#include "topology/schedules/weighted_arcs.h"
#include "topology/words.h"

namespace starling {
namespace {

constexpr double kStochastic = 1e-12;

class Parser {
 public:
  Parser(std::string_view text, NodeId max_nodes) : text_(text), max_nodes_(max_nodes) {}

  std::unique_ptr<Schedule> parse() {
    while (!text_.empty()) {
      ++line_number_;
      std::string_view line = next_line(text_);
      const std::string_view first = next_word(line);
      if (first.empty()) continue;
      if (first.front() == '#')
        header(first.substr(1).empty() ? next_word(line) : first.substr(1), line);
      else
        data(first, line);
    }
    if (!round_line_) throw GraphError("line 1: no '# round' in this file");
    finish_round();
    return listed_schedule(std::move(rounds_));
  }

 private:
  struct Line {
    NodeId from, to;
    std::size_t number;  // where it stands, for the message
    double weight;
  };

  [[noreturn]] void fail(std::size_t number, const std::string& what) const {
    const std::string round =
        round_line_ ? "round " + std::to_string(rounds_.size()) + ": " : std::string();
    throw GraphError("line " + std::to_string(number) + ": " + round + what);
  }

  std::uint64_t number(std::string_view word, std::string_view what) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
      fail(line_number_, quoted(word) + " is not a " + std::string(what));
    return value;
  }

  // "# key value": the keys we know are held to, all other comments are comments.
  void header(std::string_view key, std::string_view line) {
    const std::string_view value = next_word(line);
    const std::string_view third = next_word(line);
    if (key == "starling" && value == "topology") {
      if (third != "1") fail(line_number_, "format version " + quoted(third) + "; allowed: 1");
    } else if (key == "nodes" && third.empty()) {
      set_nodes(value);
    } else if (key == "directed") {
      if (value != "true" && value != "false")
        fail(line_number_, "directed " + quoted(value) + "; allowed: true false");
      if (round_line_) fail(line_number_, "'# directed' belongs before the first round");
      directed_ = value == "true";
    } else if (key == "round" && !value.empty() && third.empty()) {
      begin_round(number(value, "round number"));
    }
  }

  void set_nodes(std::string_view word) {
    if (nodes_) fail(line_number_, "the number of nodes is given twice");
    const std::uint64_t value = number(word, "number of nodes");
    if (value < 1 || value > max_nodes_)
      fail(line_number_,
           "nodes = " + std::to_string(value) + "; allowed: 1.." + std::to_string(max_nodes_));
    nodes_ = static_cast<NodeId>(value);
  }

  void begin_round(std::uint64_t t) {
    if (!nodes_) fail(line_number_, "'# nodes' must come before the first round");
    const std::size_t next = rounds_.size() + (round_line_ ? 1 : 0);
    if (t != next)
      fail(line_number_, "'# round " + std::to_string(t) + "'; allowed: # round " +
                             std::to_string(next) + ", rounds count up from 0");
    if (round_line_) finish_round();
    round_line_ = line_number_;
  }

  void data(std::string_view first, std::string_view rest) {
    if (!round_line_) fail(line_number_, "an edge before the first '# round'");
    const std::string_view second = next_word(rest);
    if (second.empty()) fail(line_number_, "one word; allowed: u v [weight]");
    Line line{node(first), node(second), line_number_, 0};
    if (line.from == line.to)
      fail(line_number_, pair_text(line) + " is a loop; w_ii is what is left to one");
    if (!directed_ && line.from > line.to) std::swap(line.from, line.to);
    const std::string_view third = next_word(rest);
    const bool weighted = !third.empty() && third != "{}";  // networkx writes its empty data as {}
    if (!next_word(rest).empty())
      fail(line_number_, "more than three words; allowed: u v [weight]");
    if (weighted) line.weight = weight(third);
    if (!lines_.empty() && weighted != weighted_)
      fail(line_number_, weighted ? "a weight, where earlier lines of the round have none"
                                  : "no weight, where earlier lines of the round have one");
    weighted_ = weighted;
    lines_.push_back(line);
  }

  std::string pair_text(const Line& line) const {
    return (directed_ ? "arc " : "edge ") + std::to_string(line.from) + " " +
           std::to_string(line.to);
  }

  NodeId node(std::string_view word) const {
    const std::uint64_t value = number(word, "node number");
    if (value >= *nodes_)
      fail(line_number_, "node " + std::to_string(value) + " is out of range; allowed: 0.." +
                             std::to_string(*nodes_ - 1));
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
    std::sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
      return std::tuple(a.from, a.to, a.number) < std::tuple(b.from, b.to, b.number);
    });
    for (std::size_t k = 1; k < lines_.size(); ++k)
      if (lines_[k].from == lines_[k - 1].from && lines_[k].to == lines_[k - 1].to)
        fail(lines_[k].number, pair_text(lines_[k]) + " stands already in line " +
                                   std::to_string(lines_[k - 1].number));
  }

  void weigh() {
    std::vector<std::size_t> in(*nodes_, 0), out(*nodes_, 0);
    for (const Line& line : lines_) {
      ++out[line.from];
      ++in[line.to];
    }
    std::size_t most = 0;
    for (NodeId i = 0; i < *nodes_; ++i) {
      if (directed_ && in[i] != out[i])
        fail(*round_line_, "node " + std::to_string(i) + " receives from " + std::to_string(in[i]) +
                               " and sends to " + std::to_string(out[i]) +
                               "; allowed without weights: as many");
      most = std::max(most, in[i]);
    }
    const auto degree = [&](NodeId i) { return directed_ ? most : in[i] + out[i]; };
    for (Line& line : lines_)
      line.weight = 1.0 / (1.0 + static_cast<double>(std::max(degree(line.from), degree(line.to))));
  }

  void finish_round() {
    refuse_repeats();
    if (!weighted_) weigh();
    WeightedArcs arcs(*nodes_);
    std::vector<double> taken(*nodes_, 0), given(*nodes_, 0);
    for (const Line& line : lines_) {
      if (!directed_) {
        arcs.pair(line.from, line.to, line.weight);
        continue;
      }
      arcs.arc(line.from, line.to, line.weight);
      taken[line.to] += line.weight;
      given[line.from] += line.weight;
    }
    for (NodeId i = 0; i < *nodes_; ++i)
      if (!(std::abs(taken[i] - given[i]) <= kStochastic)) refuse_sums(i, taken[i], given[i]);
    rounds_.push_back(arcs.matrix());
    lines_.clear();
    weighted_ = false;
  }

  [[noreturn]] void refuse_sums(NodeId i, double taken, double given) const {
    std::string text = "node " + std::to_string(i) + " takes weights of ";
    append_shortest(text, taken);
    text += " in all and gives ";
    append_shortest(text, given);
    fail(*round_line_, text + "; allowed: equal sums, for the mean to be kept");
  }

  std::string_view text_;
  NodeId max_nodes_;
  std::size_t line_number_ = 0;
  std::optional<std::size_t> round_line_;  // where the present round began
  std::optional<NodeId> nodes_;
  bool directed_ = false;
  bool weighted_ = false;
  std::vector<Line> lines_;
  std::vector<DirectedMatrix> rounds_;
};

}  // namespace

std::unique_ptr<Schedule> read_schedule(std::string_view text, NodeId max_nodes) {
  return Parser(text, max_nodes).parse();
}

std::string write_schedule(const Schedule& schedule, std::uint64_t rounds,
                           std::string_view comment) {
  std::string text = "# starling topology 1\n# nodes " + std::to_string(schedule.nodes()) +
                     "\n# directed " + (schedule.symmetric() ? "false" : "true") + "\n";
  while (!comment.empty()) text.append("# ").append(next_line(comment)).append("\n");
  for (std::uint64_t t = 0; t < rounds; ++t) {
    text += "# round " + std::to_string(t) + "\n";
    const DirectedMatrix w = schedule.round(t);
    for (NodeId i = 0; i < w.graph.nodes(); ++i) {
      const auto sources = w.graph.sources(i);
      for (std::size_t k = 0; k < sources.size(); ++k) {
        if (schedule.symmetric() && i > sources[k]) continue;  // written from its lower end
        const NodeId from = schedule.symmetric() ? i : sources[k];
        const NodeId to = schedule.symmetric() ? sources[k] : i;
        text += std::to_string(from) + ' ' + std::to_string(to) + ' ';
        append_shortest(text, w.row(i)[k]);
        text += '\n';
      }
    }
  }
  return text;
}

bool is_schedule_text(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::string_view first = next_word(line);
    const std::string_view key = first == "#" ? next_word(line) : first;
    const std::string_view value = next_word(line);
    if ((key == "round" || key == "#round") && first.starts_with('#') && !value.empty() &&
        next_word(line).empty())
      return true;
  }
  return false;
}

}  // namespace starling
