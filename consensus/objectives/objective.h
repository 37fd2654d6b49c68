#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consensus/objectives/starling_objective.h"

namespace starling {

// An objective refused its configuration or data, or failed while running.
class ObjectiveError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One node's f_i behind the C ABI: owns an instance, turns error codes into ObjectiveError.
//
// Requires  `vtable` and what request.data points to outlive the object.
// Errors    ObjectiveError with the instance's own sentence; another ABI version or an incomplete
// table is refused. Threads   one at a time.
class Objective {
 public:
  Objective(const starling_objective_vtable& vtable, const starling_objective_request& request);

  std::uint64_t dimension() const { return dimension_; }
  starling_precision precision() const { return precision_; }
  double smoothness() const { return smoothness_; }              // L_i
  double strong_convexity() const { return strong_convexity_; }  // mu_i
  bool has_optimum() const { return has_optimum_; }
  bool has_accuracy() const { return vtable_.accuracy != nullptr; }
  bool has_stochastic_gradient() const { return vtable_.stochastic_gradient != nullptr; }
  bool has_local_steps() const { return has_local_steps_; }

  // f_i(x), and its gradient unless `gradient` is null. Real must be the precision the instance was
  // made with.
  template <class Real>
  double gradient(const Real* x, Real* gradient);
  // The same over about `batch` rows, drawn by (seed, node, step); all of them if it has no more.
  template <class Real>
  double stochastic_gradient(const Real* x, std::uint64_t seed, std::uint64_t step,
                             std::uint64_t batch, Real* gradient);
  // Takes the local steps itself, from x in place; f_i where the last gradient was taken.
  template <class Real>
  double local_steps(const starling_local_steps& steps, Real* x);
  // Where to start, the same on every node.
  template <class Real>
  void initial(Real* x);
  std::vector<double> optimum();
  // L_g and mu_g of the global f; nothing where they are not known (real data: no node sees it
  // all).
  std::optional<std::pair<double, double>> global_constants();
  // How many of the rows x predicts correctly.
  template <class Real>
  std::uint64_t correct(const Real* x, const starling_data& data);

 private:
  void check(int code);
  template <class Real>
  void require_precision() const;

  starling_objective_vtable vtable_{};  // a copy: what an older table lacks is null here
  std::unique_ptr<starling_objective, void (*)(starling_objective*)> instance_;
  std::uint64_t dimension_ = 0;
  starling_precision precision_;
  double smoothness_ = 0, strong_convexity_ = 0;
  bool has_optimum_ = false, has_local_steps_ = false;
};

// none: it reads no data. vectors: it may, one row for each node. rows: a file must be named, whose
// rows are shared out. rows_if_given: the same, but it may do without.
enum class DataUse { none, vectors, rows, rows_if_given };

// The built-in objectives.
struct ObjectiveEntry {
  std::string_view name;
  std::string_view summary;
  const starling_objective_vtable* vtable;  // null for a plugin: its library has it
  DataUse data;                             // what [shared.objective] data is to it
  bool classifies;        // its labels are classes 0 .. classes-1, not real values
  std::string_view keys;  // the keys of [shared.objective] that are its own, separated by spaces
  std::string_view words = {};  // the same, whose values are words
};
std::span<const ObjectiveEntry> objectives();
// One of them, or "plugin": a shared library of the user's own.
const ObjectiveEntry* find_objective(std::string_view name);

// The keys of [shared.objective] every objective is shown, for the parser and for `create`.
inline constexpr std::string_view kCommonObjectiveKeys =
    "kind data labels scale weighting partition";

}  // namespace starling
