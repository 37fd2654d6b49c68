#include "topology/spectrum/shift_invert.h"

#include <Spectra/SymEigsSolver.h>

#include <algorithm>
#include <cmath>

#include "topology/random.h"

namespace starling {
namespace {

// x -> P F^{-1} P x; sqrt(pi) has the eigenvalue 0, all others are positive.
class Inverse {
 public:
  using Scalar = double;
  Inverse(const Symmetrized& s, const Factor& factor)
      : s_(s), factor_(factor), in_(s.size()), out_(s.size()) {}
  Eigen::Index rows() const { return s_.size(); }
  Eigen::Index cols() const { return s_.size(); }
  void perform_op(const double* x, double* y) const {
    in_ = Eigen::Map<const Column>(x, s_.size());
    s_.project(in_);
    factor_.solve(in_, out_);
    s_.project(out_);
    Eigen::Map<Column>(y, s_.size()) = out_;
  }

 private:
  const Symmetrized& s_;
  const Factor& factor_;
  mutable Column in_, out_;
};

// The eigenvector of the largest eigenvalue; empty when it did not converge.
std::optional<Column> largest(Inverse& inverse, double tolerance) {
  RandomStream stream(2, Purpose::weights);
  Column start(inverse.rows());
  for (double& value : start) value = stream.normal();
  const Eigen::Index basis = std::min<Eigen::Index>(inverse.rows(), 20);
  Spectra::SymEigsSolver<Inverse> solver(inverse, 1, basis);
  solver.init(start.data());
  if (solver.compute(Spectra::SortRule::LargestAlge, 40, tolerance) < 1) return std::nullopt;
  return solver.eigenvectors(1).col(0);
}

// Where too many eigenvalues crowd for that: some steps of inverse iteration.
Column roughly_largest(Inverse& inverse) {
  constexpr int kSteps = 12;
  RandomStream stream(4, Purpose::weights);
  Column now(inverse.rows()), next(inverse.rows());
  for (double& value : now) value = stream.normal();
  for (int k = 0; k < kSteps; ++k) {
    inverse.perform_op(now.data(), next.data());
    now = next.normalized();
  }
  return now;
}

}  // namespace

// A gap of 1e-11 is below what a residual of I - W can resolve (1e-16); the residual of the
// inverse, relative to its eigenvalue, still bounds the gap's relative error. And two independent
// numbers must agree: the inverse's eigenvalue and the Rayleigh quotient of I - W.
std::optional<Ritz> inverse_top(const Symmetrized& s, const Elimination& order) {
  const Factor factor(s, order, -1, 1, 1);
  if (!factor.positive_definite()) return std::nullopt;
  Inverse inverse(s, factor);
  auto vector = largest(inverse, 1e-10);
  if (!vector) return std::nullopt;
  Column image(s.size());
  inverse.perform_op(vector->data(), image.data());
  const double eigenvalue = vector->dot(image);
  const double relative_residual = (image - eigenvalue * *vector).norm() / eigenvalue;
  Ritz ritz = rayleigh(s, *vector);
  const bool agree = std::abs(ritz.gap * eigenvalue - 1) <= 1e-7;
  if (!(ritz.gap > 0) || !agree || !(relative_residual <= kGapError)) return std::nullopt;
  ritz.error = std::min(ritz.error, relative_residual * ritz.gap);
  return ritz;
}

std::optional<Ritz> inverse_bottom(const Symmetrized& s, const Elimination& order, double gap_2) {
  double sigma = lower_bound(s) - 1e-6;
  for (int attempt = 0; attempt < 6; ++attempt) {
    const Factor factor(s, order, 1, sigma, 0);
    if (!factor.positive_definite()) {  // sigma was above lambda_n: step down, ever farther
      sigma -= 1e-9 * std::pow(100.0, attempt);
      continue;
    }
    Inverse inverse(s, factor);
    const auto vector = largest(inverse, attempt == 0 ? 1e-4 : 1e-9);
    const Ritz ritz = rayleigh(s, vector ? *vector : roughly_largest(inverse));
    if (attempt > 0 && bottom_is_good(ritz, gap_2)) return ritz;
    sigma = 1 - ritz.gap - 2 * ritz.residual - 1e-10;
  }
  return std::nullopt;
}

}  // namespace starling
