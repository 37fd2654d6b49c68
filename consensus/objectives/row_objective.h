#pragma once

#include "consensus/objectives/batch.h"
#include "consensus/objectives/builtin.h"
#include "consensus/objectives/row_steps.h"
#include "consensus/objectives/rows.h"

namespace starling {

// An objective that is a mean over the node's rows, and so can be taken over a few of them.
class RowObjective : public BuiltinObjective {
 public:
  RowObjective(const starling_objective_request& request, const char* name)
      : rows_(request.data, name), sampler_(rows_.count(), request.node) {}

  double gradient(const double* x, double* gradient) final {
    return gradient_over({nullptr, rows_.count()}, x, gradient);
  }
  double stochastic_gradient(const double* x, std::uint64_t seed, std::uint64_t step,
                             std::uint64_t batch, double* gradient) override {
    return gradient_over(sampler_.draw(seed, step, batch), x, gradient);
  }
  bool takes_steps() const final { return steps_ != nullptr; }
  double local_steps(const starling_local_steps& steps, double* x) final {
    return gradient_over(steps_->take(steps, sampler_, x), x, nullptr);
  }

 protected:
  // Takes the local steps row by row where request.local says so.
  void step_by_rows(const starling_objective_request& request, RowLoss loss, double l2) {
    steps_ = RowSteps::make(request, rows_, loss, l2);
  }
  // With the mean over these rows in place of all; gradient may be null.
  virtual double gradient_over(const Batch& batch, const double* x, double* gradient) = 0;

  const DataRows rows_;

 private:
  BatchSampler sampler_;
  std::unique_ptr<RowSteps> steps_;
};

}  // namespace starling
