#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consensus/objectives/objective.h"

namespace starling {

struct Constants {
  double smoothness, strong_convexity;
};

// What a built-in objective implements; the table around it (builtin_vtable) is the C ABI.
// All arithmetic is in double and in one fixed order. A float instance reads x widened and rounds
// its gradient once, so it is as close to its double twin as a float can be.
class BuiltinObjective {
 public:
  virtual ~BuiltinObjective() = default;
  virtual std::uint64_t dimension() const = 0;
  virtual double gradient(const double* x, double* gradient) = 0;  // gradient may be null
  virtual double stochastic_gradient(const double*, std::uint64_t, std::uint64_t, std::uint64_t,
                                     double*) {
    throw ObjectiveError("there are no rows to draw from");
  }
  // The local steps, where it takes them itself: from x in place; f_i where they end.
  virtual bool takes_steps() const { return false; }
  virtual double local_steps(const starling_local_steps&, double*) {
    throw ObjectiveError("steps are made of its gradients");
  }
  virtual Constants constants() = 0;
  virtual void initial(double* x) { std::fill_n(x, dimension(), 0.0); }
  virtual bool has_optimum() const { return false; }
  virtual void optimum(double*) { throw ObjectiveError("the optimum is not known"); }
  virtual std::optional<Constants> global_constants() { return std::nullopt; }
  virtual std::uint64_t correct(const double*, const starling_data&) {
    throw ObjectiveError("there is nothing to predict");
  }
};

using MakeBuiltin = std::unique_ptr<BuiltinObjective> (*)(const starling_objective_request&);

// An instance as the C side holds it: the objective, its last error, the float path's two work
// vectors.
struct BuiltinInstance {
  std::unique_ptr<BuiltinObjective> objective;
  starling_precision precision;
  std::string error;
  std::vector<double> x, gradient;
};

// Throws if the request brings data to an objective that would not read it.
void refuse_data(const starling_objective_request& request, const char* name);

starling_objective* create_builtin(MakeBuiltin make, const starling_objective_request* request,
                                   char* error, std::size_t error_size);
// What of the table's optional part an objective has.
struct Abilities {
  bool predicts = false;  // accuracy
  bool samples = false;   // stochastic_gradient
};
// The table with every entry but `create`.
starling_objective_vtable builtin_table(const char* name, Abilities abilities);

template <MakeBuiltin make>
starling_objective_vtable builtin_vtable(const char* name, Abilities abilities) {
  auto table = builtin_table(name, abilities);
  table.create = [](const starling_objective_request* request, char* error,
                    std::size_t error_size) {
    return create_builtin(make, request, error, error_size);
  };
  return table;
}

std::unique_ptr<BuiltinObjective> make_least_squares(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_logistic(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_softmax(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_mlp(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_cnn(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_matrix_factorisation(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_reference_quadratic(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_reference_logistic(const starling_objective_request&);
std::unique_ptr<BuiltinObjective> make_vectors(const starling_objective_request&);

}  // namespace starling
