#include "consensus/mismatch.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace starling {

namespace {

constexpr double kRounding = 1e-9;  // of the largest |v_i|
constexpr int kLanczosSteps = 6;
constexpr const char* kSafe = "safe";

// Rows of W that do not make w of v.
std::vector<Finding::Row> wrong_rows(const MixingMatrix& matrix, const Eigen::VectorXd& v,
                                     const Eigen::VectorXd& w) {
  const double size = v.cwiseAbs().maxCoeff();
  std::vector<Finding::Row> rows;
  for (NodeId i = 0; i < matrix.graph.nodes(); ++i) {
    const auto neighbors = matrix.graph.neighbors(i);
    const auto weights = matrix.row(i);
    double sum = 0;
    for (std::size_t k = 0; k < neighbors.size(); ++k) sum += weights[k] * (v[neighbors[k]] - v[i]);
    const double missing = v[i] + sum - w[i];
    if (std::abs(missing) <= kRounding * size) continue;
    Finding::Row row{.node = i, .ignores = {}};
    for (std::size_t k = 0; k < neighbors.size(); ++k)
      if (std::abs(missing - weights[k] * (v[neighbors[k]] - v[i])) <= kRounding * size)
        row.ignores = neighbors[k];
    rows.push_back(row);
  }
  return rows;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace

template <class Real>
Task<Finding> look_closer(Peer<Real>& self, NodeId id, double probe, int reach, bool know_graph) {
  const MixingMatrix& matrix = self.agreement().matrix;
  const NodeId nodes = matrix.graph.nodes();
  Finding finding;
  if (nodes > kMostNodesOfATable) co_return finding;
  Ride ask;
  ask.table.assign(nodes, -HUGE_VAL);
  ask.table[id] = probe;
  auto flooding = self.settle(reach, ask);
  co_await flooding;
  // q = D^{1/2} v, of the symmetric form of W.
  Eigen::VectorXd root(nodes), first(nodes);
  for (NodeId i = 0; i < nodes; ++i) {
    root[i] = std::sqrt(matrix.stationary[i]);
    first[i] = root[i] * ask.table[i];
  }
  const double size = first.norm();
  if (!std::isfinite(size) || size == 0) co_return finding;
  LanczosBasis basis(matrix.stationary, first / size);
  bool more = true;
  while (more && basis.size() < kLanczosSteps) {
    const Eigen::VectorXd q = basis.latest();
    Eigen::VectorXd product = co_await multiply_by_gossip(self, id, ask, reach, q);
    if (basis.size() == 0) {
      const Eigen::VectorXd v = q.cwiseQuotient(root), w = product.cwiseQuotient(root);
      finding.keeps_mean = std::abs(root.dot(product)) <= kRounding * v.cwiseAbs().maxCoeff();
      if (know_graph) finding.rows = wrong_rows(matrix, v, w);
    }
    more = basis.extend(std::move(product));
  }
  finding.ends = basis.ends();
  co_return finding;
}

// Of the Ritz values those outside the interval; of W nothing else is known.
std::string name_outside(const Spectrum& interval, const LanczosBasis::Ends& ends) {
  const bool low = ends.lambda_n<interval.lambda_n, high = ends.lambda_2> interval.lambda_2();
  if (low && high)
    return " (eigenvalues near " + number(ends.lambda_n) + " and " + number(ends.lambda_2) + ")";
  if (low) return " (an eigenvalue near " + number(ends.lambda_n) + ")";
  if (high) return " (an eigenvalue near " + number(ends.lambda_2) + ")";
  return "";
}

std::string describe(const Watch::Breach& breach, double promised, const Spectrum& interval,
                     const Finding& finding) {
  std::string text = "mixing contracts by " + number(breach.measured) + " a mix where " +
                     number(promised) + " was promised: ";
  if (!finding.rows.empty()) {
    const std::size_t shown = std::min<std::size_t>(finding.rows.size(), 3);
    for (std::size_t r = 0; r < shown; ++r) {
      const Finding::Row& row = finding.rows[r];
      text += (r ? ", " : "") + std::string("node ") + std::to_string(row.node) +
              (row.ignores ? " mixes as if its link to node " + std::to_string(*row.ignores) +
                                 " were not there"
                           : " does not mix by its agreed weights");
    }
    if (finding.rows.size() > shown)
      text += " and " + std::to_string(finding.rows.size() - shown) + " more";
    text += finding.keeps_mean ? "" : "; the mean is not kept";
  } else if (!finding.keeps_mean || breach.one_sided) {
    text += "the mean is not kept: the weights are not symmetric";
  } else {
    text += "the interval [" + number(interval.lambda_n) + ", " + number(interval.lambda_2()) +
            "] does not hold the spectrum";
    if (finding.ends) text += name_outside(interval, *finding.ends);
  }
  return text;
}

std::optional<Spectrum> safe_interval(const Spectrum& interval, const Finding& finding) {
  constexpr double kMargin = 0.1, kWiden = 0.2, kLeast = 1e-9;
  double gap = std::min(interval.gap_2, 1 + interval.lambda_n);
  if (interval.method == kSafe) gap *= 1 - kWiden;
  if (finding.ends) {
    const double outside = std::max(finding.ends->lambda_2, -finding.ends->lambda_n);
    gap = std::min(gap, (1 - kMargin) * (1 - outside));
  }
  if (!(gap > kLeast)) return std::nullopt;
  Spectrum safe;
  safe.method = kSafe;
  safe.gap_2 = gap;
  safe.lambda_n = gap - 1;
  return safe;
}

template Task<Finding> look_closer(Peer<float>&, NodeId, double, int, bool);
template Task<Finding> look_closer(Peer<double>&, NodeId, double, int, bool);

}  // namespace starling
