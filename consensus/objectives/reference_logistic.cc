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
namespace {

constexpr std::uint64_t kMaxDimension = 2000;  // the optimum is a dense Newton solve
constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 28;

// m rows of length <= 1 and labels 0/1, owned.
struct Samples {
  std::vector<double> value, label;
  starling_data view(std::uint64_t columns) const {
    return {label.size(), columns, 2, nullptr, nullptr, value.data(), label.data()};
  }
};

// The logistic reference problem: `samples` rows a node around a shift of the node's own, labelled
// by one hidden plane with some noise.
//
//   stream of `seed`: w = 3 uni(d);  per node shift = heterogeneity/2 uni(d);
//   per sample a = uni(d) + shift, a /= max(1, |a|), b = sign(w.a + 0.3 uni())
class ReferenceLogistic final : public BuiltinObjective {
 public:
  explicit ReferenceLogistic(const starling_objective_request& request) : nodes_(request.nodes) {
    const ObjectiveKeys keys("reference_logistic", "samples dimension l2 heterogeneity seed",
                             request.config);
    dimension_ = keys.integer("dimension", 8, 1, kMaxDimension);
    samples_ = keys.integer("samples", 40, 1, kMaxValues / dimension_ / nodes_);
    l2_ = keys.number("l2", 0.01, 1e-12, 1e6);  // without it there may be no optimum
    heterogeneity_ = keys.number("heterogeneity", 1, 0, 1e6);
    seed_ = keys.integer("seed", 7, 0, UINT64_MAX);
    own_ = draw(request.node);
  }

  std::uint64_t dimension() const override { return dimension_; }
  double gradient(const double* x, double* gradient) override {
    return logistic_gradient(rows(own_), l2_, x, gradient);
  }
  Constants constants() override { return {logistic_smoothness(rows(own_), l2_), l2_}; }

  // The largest L_i bounds L_g; the reference table's accelerated runs take it, so we do.
  std::optional<Constants> global_constants() override {
    double largest = 0;
    for (std::uint32_t node = 0; node < nodes_; ++node)
      largest = std::max(largest, logistic_smoothness(rows(draw(node)), l2_));
    return Constants{largest, l2_};
  }

  bool has_optimum() const override { return true; }
  void optimum(double* x) override;

 private:
  Samples draw(std::uint32_t node) const {
    SplitMix64 common(seed_), random(seed_);
    std::vector<double> w(dimension_), shift(dimension_);
    for (double& entry : w) entry = 3 * common.symmetric();
    random.skip(dimension_ + node * (dimension_ + samples_ * (dimension_ + 1)));
    for (double& entry : shift) entry = 0.5 * heterogeneity_ * random.symmetric();
    Samples result{std::vector<double>(samples_ * dimension_), std::vector<double>(samples_)};
    for (std::uint64_t s = 0; s < samples_; ++s) {
      double* a = result.value.data() + s * dimension_;
      for (std::uint64_t k = 0; k < dimension_; ++k) a[k] = random.symmetric() + shift[k];
      const double length = std::max(1.0, std::sqrt(dot_in_order(a, a, dimension_)));
      for (std::uint64_t k = 0; k < dimension_; ++k) a[k] /= length;
      result.label[s] =
          dot_in_order(w.data(), a, dimension_) + 0.3 * random.symmetric() > 0 ? 1 : 0;
    }
    return result;
  }

  DataRows rows(const Samples& samples) const {
    const starling_data data = samples.view(dimension_);
    return DataRows(&data, "reference_logistic");
  }

  std::uint32_t nodes_;
  std::uint64_t dimension_, samples_, seed_;
  double l2_, heterogeneity_;
  Samples own_;
};

// Newton on the pooled samples: all nodes have equally many, so this is the mean of the f_i. Full
// steps from 0 converge for the gentle margins of this problem (|a| <= 1); a step that does not
// lower f is halved.
void ReferenceLogistic::optimum(double* x) {
  Samples pool;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    const Samples part = draw(node);
    pool.value.insert(pool.value.end(), part.value.begin(), part.value.end());
    pool.label.insert(pool.label.end(), part.label.begin(), part.label.end());
  }
  const DataRows all = rows(pool);
  const auto d = static_cast<Eigen::Index>(dimension_);
  const double m = static_cast<double>(all.count());
  Eigen::VectorXd point = Eigen::VectorXd::Zero(d), gradient(d);
  for (int k = 0; k < 100; ++k) {
    const double value = logistic_gradient(all, l2_, point.data(), gradient.data());
    Eigen::MatrixXd hessian = l2_ * Eigen::MatrixXd::Identity(d, d);
    for (std::uint64_t row = 0; row < all.count(); ++row) {
      const double slope = logistic_loss(all.dot(row, point.data())).derivative;  // -sigma(-z)
      const double weight = -slope * (1 + slope) / m;
      all.for_each(row, [&](std::uint64_t j, double entry) {
        all.add(row, weight * entry, hessian.data() + j * dimension_);
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
