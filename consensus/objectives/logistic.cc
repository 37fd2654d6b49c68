#include "consensus/objectives/logistic.h"

#include <string>

#include "consensus/objectives/keys.h"
#include "consensus/objectives/row_objective.h"

namespace starling {
namespace {

// Two classes: labels 0 and 1 stand for b = -1 and +1 (logistic.h has the equations). No intercept.
class Logistic final : public RowObjective {
 public:
  explicit Logistic(const starling_objective_request& request)
      : RowObjective(request, "logistic"),
        l2_(ObjectiveKeys("logistic", "l2", request.config).number("l2", 0, 0, 1e6)) {
    if (rows_.classes() != 2)
      throw ObjectiveError("logistic: needs data of 2 classes, this has " +
                           std::to_string(rows_.classes()) + " (softmax takes more)");
    for (std::uint64_t row = 0; row < rows_.count(); ++row)
      if (rows_.label(row) != 0 && rows_.label(row) != 1)
        throw ObjectiveError("logistic: label of row " + std::to_string(row) +
                             " is neither 0 nor 1");
    step_by_rows(request, RowLoss::logistic, l2_);
  }

  std::uint64_t dimension() const override { return rows_.columns(); }
  double gradient_over(const Batch& batch, const double* x, double* gradient) override {
    return logistic_gradient(rows_, batch, l2_, x, gradient);
  }
  Constants constants() override { return {logistic_smoothness(rows_, l2_), l2_}; }

  std::uint64_t correct(const double* x, const starling_data& data) override {
    const DataRows rows(&data, "logistic");
    if (rows.columns() != rows_.columns())
      throw ObjectiveError("logistic: the rows to predict have other columns");
    std::uint64_t correct = 0;
    for (std::uint64_t row = 0; row < rows.count(); ++row)
      correct += (rows.dot(row, x) > 0 ? 1.0 : 0.0) == rows.label(row);
    return correct;
  }

 private:
  double l2_;
};

}  // namespace

std::unique_ptr<BuiltinObjective> make_logistic(const starling_objective_request& request) {
  return std::make_unique<Logistic>(request);
}

}  // namespace starling
