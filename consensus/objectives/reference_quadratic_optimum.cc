#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "consensus/objectives/fixed_order.h"
#include "consensus/objectives/reference_quadratic.h"

namespace starling {
namespace {

constexpr int kMaxIterations = 20000;
constexpr double kResidual = 1e-14;

// y = mean_i A_i x, or with `of_centres` the mean of A_i c_i. The v_i are drawn again each time:
// O(d) memory for any n.
std::vector<double> mean_product(const QuadraticFamily& family, const std::vector<double>& spectrum,
                                 const std::vector<double>& x, bool of_centres = false) {
  std::vector<double> sum(family.dimension, 0.0), v, c, product(family.dimension);
  for (std::uint32_t i = 0; i < family.nodes; ++i) {
    family.node(i, v, c);
    apply_quadratic(spectrum, v, of_centres ? c.data() : x.data(), product.data());
    add_scaled(sum.data(), 1, product.data(), sum.size());
  }
  for (double& entry : sum) entry /= family.nodes;
  return sum;
}

// mean A_i, with A = Lam - 2/|v|^2 (v w^T + w v^T) + 4 v.w/|v|^4 v v^T and w = Lam v.
Eigen::MatrixXd mean_matrix(const QuadraticFamily& family, const std::vector<double>& spectrum) {
  const auto d = static_cast<Eigen::Index>(family.dimension);
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(d, d);
  std::vector<double> v, c, w(family.dimension), column(family.dimension);
  for (std::uint32_t i = 0; i < family.nodes; ++i) {
    family.node(i, v, c);
    for (std::size_t j = 0; j < w.size(); ++j) w[j] = spectrum[j] * v[j];
    const double length = dot_in_order(v.data(), v.data(), v.size()),
                 a = length > 0 ? 2 / length : 0;
    const double b = a * a * dot_in_order(v.data(), w.data(), v.size());
    for (std::size_t k = 0; k < w.size(); ++k) {
      double* target = sum.data() + k * family.dimension;
      target[k] += spectrum[k];
      for (std::size_t j = 0; j < w.size(); ++j)
        target[j] += (b * v[k] - a * w[k]) * v[j] - a * v[k] * w[j];
    }
  }
  return sum / family.nodes;
}

std::vector<double> conjugate_gradients(const QuadraticFamily& family,
                                        const std::vector<double>& spectrum,
                                        const std::vector<double>& right) {
  const std::size_t d = right.size();
  std::vector<double> x(d, 0.0), residual = right, direction = right;
  double square = dot_in_order(right.data(), right.data(), d);
  const double enough = square * kResidual * kResidual;
  for (int k = 0; k < kMaxIterations && square > enough; ++k) {
    const auto product = mean_product(family, spectrum, direction);
    const double step = square / dot_in_order(direction.data(), product.data(), d);
    add_scaled(x.data(), step, direction.data(), d);
    add_scaled(residual.data(), -step, product.data(), d);
    const double next = dot_in_order(residual.data(), residual.data(), d);
    for (std::size_t j = 0; j < d; ++j) direction[j] = residual[j] + next / square * direction[j];
    square = next;
  }
  return x;
}

}  // namespace

std::vector<double> QuadraticFamily::optimum() const {
  const auto lam = spectrum();
  auto right = mean_product(*this, lam, {}, true);
  if (dimension > kDenseDimension) return conjugate_gradients(*this, lam, right);
  const Eigen::LLT<Eigen::MatrixXd> factor(mean_matrix(*this, lam));
  const auto solve = [&](const std::vector<double>& b) -> Eigen::VectorXd {
    return factor.solve(
        Eigen::Map<const Eigen::VectorXd>(b.data(), static_cast<Eigen::Index>(b.size())));
  };
  const Eigen::VectorXd first = solve(right);
  std::vector<double> x(first.data(), first.data() + first.size());
  const auto product =
      mean_product(*this, lam, x);  // one step of refinement against the O(d) product
  for (std::size_t j = 0; j < x.size(); ++j) right[j] -= product[j];
  const Eigen::VectorXd correction = solve(right);
  for (std::size_t j = 0; j < x.size(); ++j) x[j] += correction[static_cast<Eigen::Index>(j)];
  return x;
}

QuadraticFamily::Bounds QuadraticFamily::mean_spectrum() const {
  if (dimension == 1) return {1, 1};
  if (dimension > kDenseDimension) return {1, 1 / kappa};
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(mean_matrix(*this, spectrum()),
                                                              Eigen::EigenvaluesOnly);
  const auto& values = solver.eigenvalues();
  return {std::min(1.0, values[values.size() - 1]), std::max(1 / kappa, values[0])};
}

}  // namespace starling
