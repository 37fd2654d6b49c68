// laplacian_factors: one static graph, its weights change.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "topology/schedules/distinct_eigenvalues.h"
#include "topology/schedules/probe.h"
#include "topology/schedules/schedules.h"

namespace starling {
namespace {

// Round t:   W_t = I - Lap / l_k,  k = t mod q,  l_1 .. l_q the distinct nonzero eigenvalues
//
// After q rounds every eigenvector off the mean has met its factor zero: J. The factors commute; on
// the way a vector may grow, for the weights of a small l_k are large and w_ii below zero.
// Source    [Kibangou2012], [HendrickxEtAl2015].
class LaplacianFactors final : public Schedule {
 public:
  explicit LaplacianFactors(const Graph& graph)
      : graph_(graph),
        arcs_(Digraph::from_graph(graph)),
        eigenvalues_(distinct_eigenvalues("laplacian_factors", graph)) {}

  NodeId nodes() const override { return graph_.nodes(); }
  bool symmetric() const override { return true; }
  std::optional<std::uint64_t> period() const override {
    return std::max<std::uint64_t>(1, eigenvalues_.size());
  }
  Graph links() const override { return graph_; }
  std::uint64_t link_count() const override { return graph_.edges(); }

  DirectedMatrix round(std::uint64_t t) const override {
    DirectedMatrix matrix{arcs_, {}, std::vector<double>(nodes(), 1.0)};
    if (eigenvalues_.empty()) return matrix;
    const double weight = 1 / eigenvalues_[t % eigenvalues_.size()];
    matrix.weights.assign(arcs_.arcs(), weight);
    for (NodeId i = 0; i < nodes(); ++i) {
      double sum = 0;
      for (const double w : matrix.row(i)) sum += w;
      matrix.diagonal[i] = 1 - sum;
    }
    return matrix;
  }

  // Exact in theory; with many factors rounding may leave more than 1e-12, so it is tried.
  std::optional<ScheduleRate> known_rate() const override {
    const std::uint64_t q = eigenvalues_.size();
    auto probe = disagreement_probe(nodes());
    for (const double l : eigenvalues_)
      for (auto& x : probe) apply_factor(l, x);
    if (probe_length(probe) > kExact) return std::nullopt;
    return ScheduleRate{q, q, 0};
  }

 private:
  void apply_factor(double eigenvalue, std::vector<double>& x) const {
    std::vector<double> y = x;
    const double weight = 1 / eigenvalue;
    for (NodeId i = 0; i < nodes(); ++i)
      for (const NodeId j : graph_.neighbors(i)) y[i] += weight * (x[j] - x[i]);
    x = std::move(y);
  }

  Graph graph_;
  Digraph arcs_;
  std::vector<double> eigenvalues_;
};

}  // namespace

std::unique_ptr<Schedule> laplacian_factors(const GraphParameters& given) {
  const auto graphs = named_graphs("laplacian_factors", given);
  if (graphs.size() != 1)
    throw GraphError("kind laplacian_factors: graphs = " + given.graphs + "; allowed: one graph");
  return std::make_unique<LaplacianFactors>(graphs.front().graph);
}

}  // namespace starling
