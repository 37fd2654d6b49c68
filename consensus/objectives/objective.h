#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/objectives/starling_objective.h"

namespace starling {

// An objective refused its configuration or data, or failed while running.
class ObjectiveError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One node's f_i behind the C ABI: owns an instance, turns error codes into ObjectiveError.
class Objective {
 public:
  Objective(const starling_objective_vtable& vtable, const starling_objective_request& request);

  std::uint64_t dimension() const { return dimension_; }
  starling_precision precision() const { return precision_; }
  double smoothness() const { return smoothness_; }              // L_i
  double strong_convexity() const { return strong_convexity_; }  // mu_i
  bool has_optimum() const { return vtable_->optimum != nullptr; }
  bool has_accuracy() const { return vtable_->accuracy != nullptr; }

  // f_i(x), and its gradient unless `gradient` is null. Real must be the precision the instance was made with.
  template <class Real>
  double gradient(const Real* x, Real* gradient);
  std::vector<double> optimum();
  template <class Real>
  std::uint64_t correct(const Real* x, const starling_data& data);

 private:
  void check(int code);
  const starling_objective_vtable* vtable_;
  std::unique_ptr<starling_objective, void (*)(starling_objective*)> instance_;
  std::uint64_t dimension_ = 0;
  starling_precision precision_;
  double smoothness_ = 0, strong_convexity_ = 0;
};

// The built-in objectives: least_squares, logistic, softmax, reference_quadratic, reference_logistic, vectors.
struct ObjectiveEntry {
  std::string_view name;
  std::string_view summary;
  const starling_objective_vtable* vtable;
  bool needs_data;  // [shared.objective] data must name a file
};
std::span<const ObjectiveEntry> objectives();
const ObjectiveEntry* find_objective(std::string_view name);

}  // namespace starling
