#include <Eigen/QR>
#include <algorithm>
#include <limits>

#include "consensus/objectives/keys.h"
#include "consensus/objectives/row_objective.h"
#include "topology/random.h"

namespace starling {
namespace {

constexpr std::uint64_t kMostRank = 1000, kMaxDimension = std::uint64_t{1} << 32;

// Low-rank factors of a sparse matrix: a row is a user, its nonzero entries r_uj are what is known
// of the items j.
//
//   f_i(V) = 1/m sum_u min_a [1/2 sum_j (a . v_j - r_uj)^2 + l2/2 |a|^2] + l2/2 |V|^2
//   grad along v_j = 1/m sum_{u knows j} (a_u . v_j - r_uj) a_u + l2 v_j
//
// Only the items' factors V are x and mixed. A user's factors a_u are solved for exactly wherever
// they are needed and never leave the node: V has no gradient along them (variable projection).
// Of equal minimisers a_u is the shortest.
//
// Shapes    x: V (columns x rank, row by row); it starts as N(0, 1 / rank).
// Cost      one QR of (entries of the user) x rank for each user and gradient.
// Constants none are known, as f is not convex: L is infinite.
// Source    Golub & Pereyra, SIAM J. Numer. Anal. 1973; private user factors: Ammad-ud-din et al.
//           2019.
class MatrixFactorisation final : public RowObjective {
 public:
  explicit MatrixFactorisation(const starling_objective_request& request)
      : RowObjective(request, "matrix_factorisation"),
        keys_("matrix_factorisation", "l2 rank seed", request.config),
        l2_(keys_.number("l2", 0, 0, 1e6)),
        rank_(keys_.integer("rank", 8, 1, kMostRank)),
        seed_(keys_.integer("seed", 1, 0, std::numeric_limits<std::uint64_t>::max())) {
    if (rows_.columns() > kMaxDimension / rank_)
      throw ObjectiveError("objective.rank = " + std::to_string(rank_) + ": too much for " +
                           std::to_string(rows_.columns()) + " columns");
  }

  std::uint64_t dimension() const override { return rows_.columns() * rank_; }
  Constants constants() override { return {std::numeric_limits<double>::infinity(), 0}; }

  void initial(double* x) override {
    RandomStream stream(seed_, Purpose::initial);
    const double deviation = 1 / std::sqrt(static_cast<double>(rank_));
    for (std::uint64_t k = 0; k < dimension(); ++k) x[k] = deviation * stream.normal();
  }

 private:
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  double gradient_over(const Batch& batch, const double* x, double* gradient) override {
    const double m = static_cast<double>(batch.size);
    if (gradient) std::fill_n(gradient, dimension(), 0.0);
    double sum = 0;
    for (std::uint64_t k = 0; k < batch.size; ++k) {
      know(batch.row(k), x);
      if (items_.empty()) continue;
      const Eigen::VectorXd a = system_.completeOrthogonalDecomposition().solve(known_);
      const Eigen::VectorXd residual = system_ * a - known_;
      sum += dot_in_order(residual.data(), residual.data(),
                          static_cast<std::size_t>(residual.size())) /
             2;
      if (!gradient) continue;
      for (std::size_t item = 0; item < items_.size(); ++item)
        add_scaled(gradient + items_[item] * rank_, residual[static_cast<Eigen::Index>(item)] / m,
                   a.data(), rank_);
    }
    if (gradient) add_scaled(gradient, l2_, x, dimension());
    return sum / m + l2_ / 2 * dot_in_order(x, x, dimension());
  }

  // The user's least squares: rows of V over sqrt(l2) I, entries over zeros.
  void know(std::uint64_t user, const double* x) {
    items_.clear();
    entries_.clear();
    rows_.for_each(user, [&](std::uint64_t item, double entry) {
      items_.push_back(item);
      entries_.push_back(entry);
    });
    const auto count = static_cast<Eigen::Index>(items_.size());
    const auto rank = static_cast<Eigen::Index>(rank_), extra = l2_ > 0 ? rank : 0;
    system_ = Rows::Zero(count + extra, rank);
    known_ = Eigen::VectorXd::Zero(count + extra);
    for (Eigen::Index item = 0; item < count; ++item) {
      const auto at = static_cast<std::size_t>(item);
      std::copy_n(x + items_[at] * rank_, rank_, system_.row(item).data());
      known_[item] = entries_[at];
    }
    system_.bottomRows(extra).diagonal().setConstant(std::sqrt(l2_));
  }

  const ObjectiveKeys keys_;
  const double l2_;
  const std::uint64_t rank_, seed_;
  std::vector<std::uint64_t> items_;
  std::vector<double> entries_;
  Rows system_;
  Eigen::VectorXd known_;
};

}  // namespace

std::unique_ptr<BuiltinObjective> make_matrix_factorisation(
    const starling_objective_request& request) {
  return std::make_unique<MatrixFactorisation>(request);
}

}  // namespace starling
