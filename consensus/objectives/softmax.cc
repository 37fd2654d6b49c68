#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "consensus/objectives/keys.h"
#include "consensus/objectives/row_objective.h"

namespace starling {
namespace {

constexpr std::uint64_t kMaxDimension = std::uint64_t{1} << 32;

// Cross entropy over C classes, all columns of W free, no intercept.
//
//   f_i(W) = 1/m sum_s [log sum_c exp(a_s.w_c) - a_s.w_{label_s}] + l2/2 |W|^2
//   grad   = 1/m A^T (P - Y) + l2 W          P = softmax of the rows of A W, Y = one-hot labels
//   L     <= lambda_max(A^T A)/(2m) + l2     the Hessian of log-sum-exp is at most I/2
//
// Shapes    x holds W (columns x C) row by row: weight of column j for class c at x[j * C + c].
// Source    the bound: [Boehning1992].
class Softmax final : public RowObjective {
 public:
  explicit Softmax(const starling_objective_request& request)
      : RowObjective(request, "softmax"),
        l2_(ObjectiveKeys("softmax", "l2", request.config).number("l2", 0, 0, 1e6)),
        classes_(rows_.classes()) {
    require_classes(rows_, "softmax");
    if (classes_ > kMaxDimension / rows_.columns())
      throw ObjectiveError("softmax: " + std::to_string(rows_.columns()) + " columns times " +
                           std::to_string(classes_) + " classes are too many parameters");
    scores_.resize(kRowBlock * classes_);
    step_by_rows(request, RowLoss::cross_entropy, l2_);
  }

  std::uint64_t dimension() const override { return rows_.columns() * classes_; }

  double gradient_over(const Batch& batch, const double* x, double* gradient) override {
    const double m = static_cast<double>(batch.size);
    if (gradient) std::fill_n(gradient, dimension(), 0.0);
    const double sum =
        rows_.sparse() ? sparse_losses(batch, x, gradient) : dense_losses(batch, x, gradient);
    if (gradient) add_scaled(gradient, l2_, x, dimension());
    return sum / m + l2_ / 2 * dot_in_order(x, x, dimension());
  }

  Constants constants() override {
    return {normal_spectrum(rows_).largest / (2 * static_cast<double>(rows_.count())) + l2_, l2_};
  }

  // The class of the highest score; the first of equals.
  std::uint64_t correct(const double* x, const starling_data& data) override {
    const DataRows rows(&data, "softmax");
    if (rows.columns() != rows_.columns())
      throw ObjectiveError("softmax: the rows to predict have other columns");
    std::uint64_t correct = 0;
    for (std::uint64_t row = 0; row < rows.count(); ++row) {
      score(rows, row, x);
      const auto best =
          std::max_element(scores_.data(), scores_.data() + classes_) - scores_.data();
      correct += static_cast<double>(best) == rows.label(row);
    }
    return correct;
  }

 private:
  // The rows' losses, summed; gradient += theirs / m unless it is null.
  double sparse_losses(const Batch& batch, const double* x, double* gradient) {
    double sum = 0;
    for (std::uint64_t k = 0; k < batch.size; ++k) {
      const std::uint64_t row = batch.row(k);
      const auto [column, value, size] = rows_.entries(row);
      row_blocks().entry_scores(column, value, size, x, classes_, scores_.data());
      sum += cross_entropy(row, batch.size, scores_.data());
      if (gradient)
        row_blocks().entry_outer(column, value, size, scores_.data(), classes_, gradient);
    }
    return sum;
  }
  double dense_losses(const Batch& batch, const double* x, double* gradient) {
    const std::uint64_t columns = rows_.columns();
    double sum = 0;
    rows_.for_each_block(
        batch, [&](const double* const* rows, std::uint64_t count, std::uint64_t first) {
          row_blocks().scores(rows, count, columns, x, classes_, scores_.data());
          for (std::uint64_t r = 0; r < count; ++r)
            sum += cross_entropy(batch.row(first + r), batch.size, &scores_[r * classes_]);
          if (gradient)
            row_blocks().outer(rows, count, columns, scores_.data(), classes_, gradient);
        });
    return sum;
  }
  // The loss of a row; its scores z become (softmax(z) - one-hot label) / size.
  double cross_entropy(std::uint64_t row, std::uint64_t size, double* z) const {
    const auto label = static_cast<std::uint64_t>(rows_.label(row));
    const double m = static_cast<double>(size), own = z[label],
                 highest = *std::max_element(z, z + classes_);
    double total = 0;
    for (std::uint64_t c = 0; c < classes_; ++c) total += z[c] = std::exp(z[c] - highest);
    for (std::uint64_t c = 0; c < classes_; ++c) z[c] /= total * m;
    z[label] -= 1 / m;
    return std::log(total) + (highest - own);
  }
  // scores = W^T a_row
  void score(const DataRows& rows, std::uint64_t row, const double* x) {
    std::fill_n(scores_.begin(), classes_, 0.0);
    rows.for_each(row, [&](std::uint64_t j, double value) {
      add_scaled(scores_.data(), value, x + j * classes_, classes_);
    });
  }

  double l2_;
  std::uint64_t classes_;
  std::vector<double> scores_;  // of a block of rows
};

}  // namespace

std::unique_ptr<BuiltinObjective> make_softmax(const starling_objective_request& request) {
  return std::make_unique<Softmax>(request);
}

}  // namespace starling
