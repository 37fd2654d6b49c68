#include "consensus/lanczos_basis.h"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "consensus/vector.h"

namespace starling {

namespace {

constexpr double kExhausted = 1e-9;  // of |S| = 1

double inner(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  return dot(a.data(), b.data(), static_cast<std::size_t>(a.size()));
}

}  // namespace

LanczosBasis::LanczosBasis(std::span<const double> stationary, Eigen::VectorXd first)
    : root_(first.size()) {
  for (Eigen::Index i = 0; i < root_.size(); ++i)
    root_[i] = std::sqrt(stationary[static_cast<std::size_t>(i)]);
  orthogonalise(first);
  basis_.push_back(first / std::sqrt(inner(first, first)));
}

// Twice is enough (Parlett 6.9): the second pass takes out what rounding left of the first.
void LanczosBasis::orthogonalise(Eigen::VectorXd& w) const {
  for (int pass = 0; pass < 2; ++pass) {
    w -= inner(root_, w) * root_;
    for (const Eigen::VectorXd& q : basis_) w -= inner(q, w) * q;
  }
}

bool LanczosBasis::extend(Eigen::VectorXd w) {
  alpha_.push_back(inner(basis_.back(), w));
  orthogonalise(w);
  beta_.push_back(std::sqrt(inner(w, w)));
  if (!(beta_.back() > kExhausted) || size() + 1 == root_.size()) {
    beta_.back() = 0;
    return false;
  }
  basis_.push_back(w / beta_.back());
  return true;
}

LanczosBasis::Ends LanczosBasis::ends() const {
  const Eigen::Index k = size();
  const Eigen::VectorXd diagonal = Eigen::Map<const Eigen::VectorXd>(alpha_.data(), k),
                        beside = Eigen::Map<const Eigen::VectorXd>(beta_.data(), k - 1);
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal, beside);
  const auto& s = solver.eigenvectors();
  return {solver.eigenvalues()[k - 1], solver.eigenvalues()[0],
          beta_.back() * std::abs(s(k - 1, k - 1)), beta_.back() * std::abs(s(k - 1, 0))};
}

}  // namespace starling
