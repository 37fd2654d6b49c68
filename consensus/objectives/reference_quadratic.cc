#include "consensus/objectives/reference_quadratic.h"

#include <cmath>

#include "consensus/objectives/builtin.h"
#include "consensus/objectives/fixed_order.h"
#include "consensus/objectives/keys.h"

namespace starling {

std::vector<double> QuadraticFamily::spectrum() const {
  std::vector<double> lam(dimension, 1.0);
  const double mu = 1 / kappa, ratio = 1 / mu;
  for (std::uint64_t j = 0; dimension > 1 && j < dimension; ++j)
    lam[j] = mu * std::pow(ratio, static_cast<double>(j) / static_cast<double>(dimension - 1));
  return lam;
}

void QuadraticFamily::node(std::uint32_t i, std::vector<double>& v, std::vector<double>& c) const {
  v.resize(dimension);
  c.resize(dimension);
  SplitMix64 common(seed), own(seed);
  own.skip(dimension + 2 * dimension * i);
  for (double& entry : v) entry = common.symmetric() + spread * own.symmetric();
  for (double& entry : c) entry = heterogeneity * own.symmetric();
}

double apply_quadratic(const std::vector<double>& spectrum, const std::vector<double>& v,
                       const double* x, double* y) {
  const std::size_t d = v.size();
  const double length = dot_in_order(v.data(), v.data(), d), scale = length > 0 ? 2 / length : 0;
  const double first = scale * dot_in_order(v.data(), x, d);
  for (std::size_t j = 0; j < d; ++j) y[j] = x[j] - first * v[j];  // H x
  double form = 0, lane[8] = {};  // (H x)^T lam (H x), eight running sums
  for (std::size_t j = 0; j < d; ++j) {
    const double reflected = y[j];
    y[j] *= spectrum[j];
    lane[j % 8] += reflected * y[j];
  }
  for (const double part : lane) form += part;
  add_scaled(y, -scale * dot_in_order(v.data(), y, d), v.data(), d);
  return form;
}

namespace {

class ReferenceQuadratic final : public BuiltinObjective {
 public:
  explicit ReferenceQuadratic(const starling_objective_request& request) {
    refuse_data(request, "reference_quadratic");
    const ObjectiveKeys keys("reference_quadratic", "dimension kappa heterogeneity spread seed",
                             request.config);
    family_.dimension = keys.integer("dimension", 10, 1, std::uint64_t{1} << 32);
    family_.kappa = keys.number("kappa", 100, 1, 1e12);
    family_.heterogeneity = keys.number("heterogeneity", 1, 0, 1e6);
    family_.spread = keys.number("spread", 0.3, 0, 1e6);
    family_.seed = keys.integer("seed", 1, 0, UINT64_MAX);
    family_.nodes = request.nodes;
    spectrum_ = family_.spectrum();
    family_.node(request.node, v_, centre_);
    work_.resize(family_.dimension);
  }

  std::uint64_t dimension() const override { return family_.dimension; }

  double gradient(const double* x, double* gradient) override {
    double* result = gradient ? gradient : work_.data();
    for (std::size_t j = 0; j < work_.size(); ++j) work_[j] = x[j] - centre_[j];
    return apply_quadratic(spectrum_, v_, work_.data(), result) / 2;
  }

  // The spectrum's ends are exactly these: mu * kappa may miss 1 by a rounding.
  Constants constants() override { return {1, family_.dimension > 1 ? 1 / family_.kappa : 1}; }
  bool has_optimum() const override { return true; }
  void optimum(double* x) override {
    const auto found = family_.optimum();
    std::copy(found.begin(), found.end(), x);
  }
  std::optional<Constants> global_constants() override {
    const auto [largest, smallest] = family_.mean_spectrum();
    return Constants{largest, smallest};
  }

 private:
  QuadraticFamily family_;
  std::vector<double> spectrum_, v_, centre_, work_;
};

}  // namespace

std::unique_ptr<BuiltinObjective> make_reference_quadratic(
    const starling_objective_request& request) {
  return std::make_unique<ReferenceQuadratic>(request);
}

}  // namespace starling
