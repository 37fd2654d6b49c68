#include <algorithm>

#include "consensus/objectives/keys.h"
#include "consensus/objectives/row_objective.h"

namespace starling {
namespace {

// Linear regression on the node's m rows.
//
//   f_i(x) = 1/(2m) |A x - b|^2 + l2/2 |x|^2        grad f_i(x) = 1/m A^T (A x - b) + l2 x
//   L = lambda_max(A^T A)/m + l2                    mu = lambda_min(A^T A)/m + l2  (l2 alone beyond
//   256 columns)
class LeastSquares final : public RowObjective {
 public:
  explicit LeastSquares(const starling_objective_request& request)
      : RowObjective(request, "least_squares"),
        l2_(ObjectiveKeys("least_squares", "l2", request.config).number("l2", 0, 0, 1e6)) {
    step_by_rows(request, RowLoss::squared, l2_);
  }

  std::uint64_t dimension() const override { return rows_.columns(); }

  double gradient_over(const Batch& batch, const double* x, double* gradient) override {
    const std::uint64_t d = dimension();
    const double m = static_cast<double>(batch.size);
    if (gradient) std::fill_n(gradient, d, 0.0);
    double sum = 0;
    rows_.through(batch, x, gradient, [&](std::uint64_t row, double value) {
      const double residual = value - rows_.label(row);
      sum += residual * residual;
      return residual / m;
    });
    if (gradient) add_scaled(gradient, l2_, x, d);
    return sum / (2 * m) + l2_ / 2 * dot_in_order(x, x, d);
  }

  Constants constants() override {
    const NormalSpectrum spectrum = normal_spectrum(rows_);
    const double m = static_cast<double>(rows_.count());
    return {spectrum.largest / m + l2_, spectrum.smallest / m + l2_};
  }

 private:
  double l2_;
};

}  // namespace

std::unique_ptr<BuiltinObjective> make_least_squares(const starling_objective_request& request) {
  return std::make_unique<LeastSquares>(request);
}

}  // namespace starling
