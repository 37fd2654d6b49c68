#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "topology/schedule.h"
#include "topology/schedules/probe.h"

namespace starling {
namespace {

using Column = Eigen::VectorXd;
using Columns = Eigen::MatrixXd;

constexpr double kSettled = 1e-10;  // of the largest singular value
constexpr int kStepsMax = 400;
constexpr std::size_t kKeptBytes = std::size_t{1} << 30;

void multiply_transposed(const DirectedMatrix& w, const Column& x, Column& y) {
  for (NodeId i = 0; i < w.graph.nodes(); ++i) y[i] = w.diagonal[i] * x[i];
  for (NodeId i = 0; i < w.graph.nodes(); ++i) {
    const auto sources = w.graph.sources(i);
    const auto row = w.row(i);
    for (std::size_t k = 0; k < sources.size(); ++k) y[sources[k]] += row[k] * x[i];
  }
}

// M = W_{t+K-1} ... W_t - J and its transpose, as products with vectors. Rounds are kept while
// there is room, and made again where there is none.
class Window {
 public:
  Window(const Schedule& schedule, std::uint64_t t, std::uint64_t rounds)
      : schedule_(schedule), t_(t), rounds_(rounds) {
    distinct_ = std::min(rounds, schedule.period().value_or(rounds));
    std::size_t bytes = 0;
    for (std::uint64_t k = 0; k < distinct_ && bytes < kKeptBytes; ++k) {
      kept_.push_back(schedule.round(t + k));
      bytes += 24 * (schedule.nodes() + kept_.back().weights.size());
    }
  }

  Column times(Column x) const {
    center(x);
    Column y(x.size());
    for (std::uint64_t k = 0; k < rounds_; ++k) {
      at(k, [&](const DirectedMatrix& w) {
        multiply(w, {x.data(), static_cast<std::size_t>(x.size())},
                 {y.data(), static_cast<std::size_t>(y.size())});
      });
      x.swap(y);
    }
    center(x);
    return x;
  }

  Column transposed_times(Column x) const {
    center(x);
    Column y(x.size());
    for (std::uint64_t k = rounds_; k-- > 0;) {
      at(k, [&](const DirectedMatrix& w) { multiply_transposed(w, x, y); });
      x.swap(y);
    }
    center(x);
    return x;
  }

 private:
  static void center(Column& x) { x.array() -= x.mean(); }

  template <class Use>
  void at(std::uint64_t k, Use use) const {
    const std::uint64_t same = k % distinct_;
    if (same < kept_.size())
      use(kept_[same]);
    else
      use(schedule_.round(t_ + k));
  }

  const Schedule& schedule_;
  std::uint64_t t_, rounds_, distinct_ = 0;
  std::vector<DirectedMatrix> kept_;
};

// Takes off x what lies in the first k columns, twice: once leaves rounding behind.
void orthogonalize(const Columns& columns, Eigen::Index k, Column& x) {
  for (int pass = 0; pass < 2; ++pass)
    x -= columns.leftCols(k) * (columns.leftCols(k).transpose() * x);
}

// The largest singular value of M by Golub-Kahan-Lanczos with full reorthogonalisation:
//
//   M v_k = beta_{k-1} u_{k-1} + alpha_k u_k,   M^T u_k = alpha_k v_k + beta_k v_{k+1}
//
// Never through M^T M, whose eigenvalues lose all below 1e-8: an exact window shows 1e-16.
// Source    [GolubKahan1965].
double largest_singular_value(const Window& window, NodeId n) {
  const Eigen::Index most = std::min<Eigen::Index>(n - 1, kStepsMax);
  Columns right(n, std::min<Eigen::Index>(most + 1, 16)), left(n, right.cols());
  const auto first = disagreement_probe(n).front();
  right.col(0) = Eigen::Map<const Column>(first.data(), n);
  Columns bidiagonal = Columns::Zero(most, most);
  for (Eigen::Index k = 0; k < most; ++k) {
    if (k + 1 >= right.cols()) {
      right.conservativeResize(Eigen::NoChange, std::min(2 * right.cols(), most + 1));
      left.conservativeResize(Eigen::NoChange, right.cols());
    }
    Column u = window.times(right.col(k));
    const double scale = u.norm();
    orthogonalize(left, k, u);
    const double alpha = u.norm();
    bidiagonal(k, k) = alpha;
    if (k == 0 && alpha < 1e-15) return alpha;
    const bool ended = alpha <= 1e-15 * scale;
    if (!ended) left.col(k) = u / alpha;
    Column v = ended ? Column::Zero(n) : window.transposed_times(left.col(k));
    orthogonalize(right, k + 1, v);
    const double beta = v.norm();
    if (k % 8 == 7 || k + 1 == most || ended || beta < 1e-15) {
      const Eigen::JacobiSVD<Columns> svd(bidiagonal.topLeftCorner(k + 1, k + 1),
                                          Eigen::ComputeThinU);
      const double value = svd.singularValues()[0];
      const double residual = beta * std::abs(svd.matrixU()(k, 0));
      if (ended || beta < 1e-15 || residual <= kSettled * value || k + 1 == n - 1) return value;
    }
    if (k + 1 < most) {
      bidiagonal(k, k + 1) = beta;
      right.col(k + 1) = v / beta;
    }
  }
  throw GraphError("the contraction of this schedule does not settle within " +
                   std::to_string(kStepsMax) + " steps of the iteration for it");
}

// The fewest rounds from round 0 that leave nothing of the probe; none within `most`.
std::optional<std::uint64_t> exact_rounds(const Schedule& schedule, std::uint64_t most) {
  Probe probe = disagreement_probe(schedule.nodes());
  for (std::uint64_t t = 0; t <= most; ++t) {
    if (probe_length(probe) <= kExact) return t;
    if (t == most) break;
    const DirectedMatrix w = schedule.round(t);
    for (auto& x : probe) {
      std::vector<double> y(x.size());
      multiply(w, x, y);
      x = std::move(y);
    }
  }
  return std::nullopt;
}

}  // namespace

double window_contraction(const Schedule& schedule, std::uint64_t t, std::uint64_t rounds) {
  const NodeId n = schedule.nodes();
  if (n == 1) return 0;
  if (rounds == 0) return 1;
  return largest_singular_value(Window(schedule, t, rounds), n);
}

ScheduleRate schedule_rate(const Schedule& schedule) {
  if (const auto known = schedule.known_rate()) return *known;
  const auto period = schedule.period();
  if (!period) throw GraphError("a schedule without a period and without a known rate");
  if (const auto rounds = exact_rounds(schedule, *period))
    return {rounds, std::max(*rounds, 2 * *period - 1), 0};
  const double contraction = window_contraction(schedule, 0, *period);
  return {{}, {}, std::pow(contraction, 1 / static_cast<double>(*period))};
}

}  // namespace starling
