#include "consensus/objectives/reference_logistic.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "consensus/objectives/builtin.h"
#include "consensus/objectives/keys.h"
#include "consensus/objectives/logistic.h"
#include "consensus/objectives/splitmix.h"

namespace starling {

ReferenceSamples LogisticFamily::node(std::uint32_t i) const {
  SplitMix64 common(seed), random(seed);
  std::vector<double> w(dimension), shift(dimension);
  for (double& entry : w) entry = 3 * common.symmetric();
  random.skip(dimension + i * (dimension + samples * (dimension + 1)));
  for (double& entry : shift) entry = 0.5 * heterogeneity * random.symmetric();
  ReferenceSamples result{std::vector<double>(samples * dimension), std::vector<double>(samples)};
  for (std::uint64_t s = 0; s < samples; ++s) {
    double* a = result.value.data() + s * dimension;
    for (std::uint64_t k = 0; k < dimension; ++k) a[k] = random.symmetric() + shift[k];
    const double length = std::max(1.0, std::sqrt(dot_in_order(a, a, dimension)));
    for (std::uint64_t k = 0; k < dimension; ++k) a[k] /= length;
    const double margin = dot_in_order(w.data(), a, dimension) + 0.3 * random.symmetric();
    result.label[s] = margin > 0 ? 1 : 0;
  }
  return result;
}

namespace {

constexpr std::uint64_t kMaxDimension = 2000;  // the optimum is a dense Newton solve
constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 28;

class ReferenceLogistic final : public BuiltinObjective {
 public:
  explicit ReferenceLogistic(const starling_objective_request& request) : nodes_(request.nodes) {
    refuse_data(request, "reference_logistic");
    const ObjectiveKeys keys("reference_logistic", "samples dimension l2 heterogeneity seed",
                             request.config);
    family_.dimension = keys.integer("dimension", 8, 1, kMaxDimension);
    family_.samples = keys.integer("samples", 40, 1, kMaxValues / family_.dimension / nodes_);
    l2_ = keys.number("l2", 0.01, 1e-12, 1e6);  // without it there may be no optimum
    family_.heterogeneity = keys.number("heterogeneity", 1, 0, 1e6);
    family_.seed = keys.integer("seed", 7, 0, UINT64_MAX);
    own_ = family_.node(request.node);
  }

  std::uint64_t dimension() const override { return family_.dimension; }
  double gradient(const double* x, double* gradient) override {
    return logistic_gradient(rows(own_), l2_, x, gradient);
  }
  Constants constants() override { return {logistic_smoothness(rows(own_), l2_), l2_}; }

  // The largest L_i bounds L_g; the reference table's accelerated runs take it, so we do.
  std::optional<Constants> global_constants() override {
    double largest = 0;
    for (std::uint32_t node = 0; node < nodes_; ++node)
      largest = std::max(largest, logistic_smoothness(rows(family_.node(node)), l2_));
    return Constants{largest, l2_};
  }

  bool has_optimum() const override { return true; }
  void optimum(double* x) override;

 private:
  DataRows rows(const ReferenceSamples& samples) const {
    const starling_data data = samples.view(family_.dimension);
    return DataRows(&data, "reference_logistic");
  }

  std::uint32_t nodes_;
  LogisticFamily family_;
  double l2_;
  ReferenceSamples own_;
};

// Newton on the pooled samples: all nodes have equally many, so this is the mean of the f_i. Full
// steps from 0 converge for the gentle margins of this problem (|a| <= 1); a step that does not
// lower f is halved.
void ReferenceLogistic::optimum(double* x) {
  ReferenceSamples pool;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    const ReferenceSamples part = family_.node(node);
    pool.value.insert(pool.value.end(), part.value.begin(), part.value.end());
    pool.label.insert(pool.label.end(), part.label.begin(), part.label.end());
  }
  const DataRows all = rows(pool);
  const auto d = static_cast<Eigen::Index>(family_.dimension);
  const double m = static_cast<double>(all.count());
  Eigen::VectorXd point = Eigen::VectorXd::Zero(d), gradient(d);
  for (int k = 0; k < 100; ++k) {
    const double value = logistic_gradient(all, l2_, point.data(), gradient.data());
    Eigen::MatrixXd hessian = l2_ * Eigen::MatrixXd::Identity(d, d);
    for (std::uint64_t row = 0; row < all.count(); ++row) {
      const double slope = logistic_loss(all.dot(row, point.data())).derivative;  // -sigma(-z)
      const double weight = -slope * (1 + slope) / m;
      all.for_each(row, [&](std::uint64_t j, double entry) {
        all.add(row, weight * entry, hessian.data() + j * family_.dimension);
      });
    }
    const Eigen::VectorXd step = hessian.llt().solve(gradient);
    double length = 1;
    const double decrease = gradient.dot(step);
    Eigen::VectorXd next = point - step;
    while (decrease > 1e-12 && length > 1e-9 &&
           logistic_gradient(all, l2_, next.data(), nullptr) > value - 1e-4 * length * decrease)
      next = point - (length /= 2) * step;
    point = next;
    if (step.norm() <= 1e-15 * point.norm()) break;
  }
  std::copy(point.data(), point.data() + d, x);
}

}  // namespace

std::unique_ptr<BuiltinObjective> make_reference_logistic(
    const starling_objective_request& request) {
  return std::make_unique<ReferenceLogistic>(request);
}

}  // namespace starling
