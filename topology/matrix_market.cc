#include "topology/matrix_market.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include "topology/words.h"

namespace starling {
namespace {

class Parser {
 public:
  Parser(std::string_view text, NodeId max_nodes) : text_(text), max_nodes_(max_nodes) {}

  EdgeListFile parse() {
    banner();
    sizes();
    entries();
    return finish();
  }

 private:
  struct Entry {
    Edge edge;           // u < v
    bool upper = false;  // stood at row u, column v
    double value = 1;
    std::size_t line = 0;
  };

  [[noreturn]] static void fail(std::size_t line, const std::string& what) {
    throw GraphError("line " + std::to_string(line) + ": " + what);
  }

  // The next line that is not empty and no comment; false at the end.
  bool next_line(std::string_view& line) {
    while (!text_.empty()) {
      ++number_;
      line = text_.substr(0, text_.find('\n'));
      text_.remove_prefix(std::min(line.size() + 1, text_.size()));
      std::string_view rest = line;
      const std::string_view word = next_word(rest);
      if (!word.empty() && word.front() != '%') return true;
    }
    return false;
  }

  void banner() {
    ++number_;
    std::string_view line = text_.substr(0, text_.find('\n'));
    text_.remove_prefix(std::min(line.size() + 1, text_.size()));
    const auto word = [&] {  // cases do not count
      std::string lower(next_word(line));
      for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      return lower;
    };
    if (word() != "%%matrixmarket") fail(1, "no %%MatrixMarket; allowed: a Matrix Market file");
    const auto expect = [&](const char* what, auto... allowed) {
      const std::string given = word();
      const std::array<std::string, sizeof...(allowed)> names = {allowed...};
      if (std::find(names.begin(), names.end(), given) != names.end()) return given;
      std::string list;
      for (const std::string& name : names) list += " " + name;
      fail(1, std::string(what) + " " + quoted(given) + "; allowed:" + list);
    };
    expect("object", "matrix");
    expect("format", "coordinate");
    pattern_ = expect("field", "real", "integer", "pattern") == "pattern";
    symmetric_ = expect("symmetry", "general", "symmetric") == "symmetric";
  }

  std::uint64_t whole(std::string_view word, const char* what) const {
    std::uint64_t value = 0;
    const char* last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, value);
    if (error != std::errc{} || end != last)
      fail(number_, quoted(word) + " is not a " + std::string(what));
    return value;
  }

  void sizes() {
    std::string_view line;
    if (!next_line(line)) fail(number_, "no line 'rows columns entries'");
    const std::uint64_t rows = whole(next_word(line), "number of rows");
    const std::uint64_t columns = whole(next_word(line), "number of columns");
    announced_ = whole(next_word(line), "number of entries");
    if (!next_word(line).empty())
      fail(number_, "more than three words; allowed: rows columns entries");
    if (rows != columns)
      fail(number_, std::to_string(rows) + " rows, " + std::to_string(columns) +
                        " columns; allowed: a square matrix");
    if (rows < 1 || rows > max_nodes_)
      fail(number_,
           "rows = " + std::to_string(rows) + "; allowed: 1.." + std::to_string(max_nodes_));
    nodes_ = static_cast<NodeId>(rows);
  }

  NodeId index(std::string_view word, const char* what) const {
    const std::uint64_t value = whole(word, what);
    if (value < 1 || value > nodes_)
      fail(number_, std::string(what) + " " + std::to_string(value) +
                        " is out of range; allowed: 1.." + std::to_string(nodes_));
    return static_cast<NodeId>(value - 1);
  }

  double value(std::string_view word) const {
    if (!word.empty() && word.front() == '+') word.remove_prefix(1);  // Fortran writes it
    double result = 0;
    const char* last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, result);
    if (error != std::errc{} || end != last || !std::isfinite(result))
      fail(number_, quoted(word) + " is not a value; allowed: a finite number");
    return result;
  }

  void entries() {
    std::string_view line;
    std::uint64_t count = 0;
    while (next_line(line)) {
      if (++count > announced_)
        fail(number_, "more entries than the " + std::to_string(announced_) + " announced");
      const NodeId row = index(next_word(line), "row");
      const NodeId column = index(next_word(line), "column");
      const double entry = pattern_ ? 1 : value(next_word(line));
      if (!next_word(line).empty()) fail(number_, "more words than row, column, value");
      if (symmetric_ && row < column)
        fail(number_, "above the diagonal; a symmetric file holds the lower triangle");
      if (row == column)
        diagonal_.push_back({row, entry, number_});
      else
        entries_.push_back(
            {{std::min(row, column), std::max(row, column)}, row < column, entry, number_});
    }
    if (count < announced_)
      fail(number_,
           std::to_string(count) + " entries; " + std::to_string(announced_) + " announced");
  }

  // Both triangles of a general file, the one of a symmetric file: each edge once.
  void pair_up() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return std::tuple(a.edge, a.upper, a.line) < std::tuple(b.edge, b.upper, b.line);
    });
    const auto name = [](const Entry& e) {
      return std::to_string(e.edge.u + std::uint64_t{1}) + " " +
             std::to_string(e.edge.v + std::uint64_t{1});
    };
    for (std::size_t k = 0; k < entries_.size(); ++k) {
      const Entry& entry = entries_[k];
      const bool more = k + 1 < entries_.size() && entries_[k + 1].edge == entry.edge;
      if (more && entries_[k + 1].upper == entry.upper)
        fail(entries_[k + 1].line,
             "entry " + name(entry) + " stands already in line " + std::to_string(entry.line));
      if (!symmetric_ && !more)
        fail(entry.line, "entry " + name(entry) +
                             " is on one side of the diagonal only; allowed: a symmetric matrix");
      if (more && entries_[k + 1].value != entry.value)
        fail(entries_[k + 1].line, "entry " + name(entry) +
                                       " differs on the two sides of the diagonal; allowed: a "
                                       "symmetric matrix (w_ij = w_ji)");
      edges_.push_back(entry.edge);
      weights_.push_back(entry.value);
      if (more) ++k;
    }
  }

  void require_unit_rows() const {
    std::vector<double> sum(nodes_, 0);
    std::vector<std::size_t> line(nodes_, 0);
    for (const auto& [row, value, number] : diagonal_) {
      if (line[row] != 0)
        fail(number, "diagonal entry " + std::to_string(row + std::uint64_t{1}) +
                         " stands already in line " + std::to_string(line[row]));
      sum[row] += value;
      line[row] = number;
    }
    for (std::size_t k = 0; k < edges_.size(); ++k) {
      sum[edges_[k].u] += weights_[k];
      sum[edges_[k].v] += weights_[k];
    }
    for (NodeId i = 0; i < nodes_; ++i)
      if (!(std::abs(sum[i] - 1) <= 1e-9))
        fail(line[i] > 0 ? line[i] : number_,
             "row " + std::to_string(i + std::uint64_t{1}) + " sums to " + std::to_string(sum[i]) +
                 "; allowed: 1 (a mixing matrix), or no diagonal at all");
  }

  EdgeListFile finish() {
    pair_up();
    if (!diagonal_.empty() && !pattern_) require_unit_rows();
    if (!diagonal_.empty() && pattern_)
      fail(std::get<2>(diagonal_.front()), "a node does not neighbor itself");
    const bool adjacency = diagonal_.empty() && std::all_of(weights_.begin(), weights_.end(),
                                                            [](double w) { return w == 1; });
    EdgeListFile file;
    file.graph = Graph::from_edges(nodes_, std::move(edges_));
    if (!adjacency) file.weights = std::move(weights_);
    return file;
  }

  std::string_view text_;
  NodeId max_nodes_, nodes_ = 0;
  std::size_t number_ = 0;  // of the present line
  bool pattern_ = false, symmetric_ = false;
  std::uint64_t announced_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::tuple<NodeId, double, std::size_t>> diagonal_;
  std::vector<Edge> edges_;
  std::vector<double> weights_;
};

}  // namespace

EdgeListFile read_matrix_market(std::string_view text, NodeId max_nodes) {
  return Parser(text, max_nodes).parse();
}

}  // namespace starling
