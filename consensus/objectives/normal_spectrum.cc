#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <vector>

#include "consensus/objectives/rows.h"
#include "consensus/objectives/splitmix.h"

namespace starling {
namespace {

constexpr std::uint64_t kDenseColumns = 256;
constexpr std::size_t kLanczosSteps = 200;
constexpr double kRounding =
    1e-14;  // what the eigenvalue routines may be off, relative to the largest

NormalSpectrum dense_spectrum(const DataRows& rows) {
  const auto d = static_cast<Eigen::Index>(rows.columns());
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(d, d);
  for (std::uint64_t row = 0; row < rows.count(); ++row)
    rows.for_each(row, [&](std::uint64_t j, double value) {
      rows.add(row, value, gram.data() + j * rows.columns());
    });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
  const double largest = solver.eigenvalues()[d - 1], slack = kRounding * largest;
  return {std::max(0.0, solver.eigenvalues()[0] - slack), largest + slack};
}

// w less its parts along the basis, twice: once is not enough in floating point.
void orthogonalise(std::vector<double>& w, const std::vector<std::vector<double>>& basis) {
  for (int pass = 0; pass < 2; ++pass)
    for (const auto& q : basis)
      add_scaled(w.data(), -dot_in_order(w.data(), q.data(), w.size()), q.data(), w.size());
}

// Largest eigenvalue of A^T A: the Ritz value theta after k steps stands within beta |s| of an
// eigenvalue, s the last entry of its vector; theta + beta |s| is returned.
double lanczos_largest(const DataRows& rows) {
  const std::size_t d = rows.columns();
  const std::size_t most = std::min({kLanczosSteps, d, static_cast<std::size_t>(rows.count())});
  std::vector<std::vector<double>> basis;
  std::vector<double> alpha, beta, q(d), w(d);
  SplitMix64 random(1);
  for (double& entry : q) entry = random.symmetric();
  // One product first: the start then has no part in the null space.
  rows.normal_product(q.data(), w.data());
  double norm = std::sqrt(dot_in_order(w.data(), w.data(), d)), bound = 0;
  if (norm == 0) return 0;
  for (std::size_t k = 0; k < most; ++k) {
    for (std::size_t j = 0; j < d; ++j) q[j] = w[j] / norm;
    rows.normal_product(q.data(), w.data());
    alpha.push_back(dot_in_order(q.data(), w.data(), d));
    basis.push_back(q);
    orthogonalise(w, basis);
    norm = std::sqrt(dot_in_order(w.data(), w.data(), d));
    const auto size = static_cast<Eigen::Index>(alpha.size());
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz;
    ritz.computeFromTridiagonal(Eigen::Map<const Eigen::VectorXd>(alpha.data(), size),
                                Eigen::Map<const Eigen::VectorXd>(beta.data(), size - 1));
    const double theta = ritz.eigenvalues()[size - 1];
    const double residual = norm * std::abs(ritz.eigenvectors()(size - 1, size - 1));
    bound = theta + residual;
    if (residual <= 1e-12 * theta || norm <= 1e-14 * theta) break;
    beta.push_back(norm);
  }
  return bound * (1 + kRounding);
}

}  // namespace

NormalSpectrum normal_spectrum(const DataRows& rows) {
  if (rows.columns() <= kDenseColumns) return dense_spectrum(rows);
  return {0, lanczos_largest(rows)};
}

}  // namespace starling
