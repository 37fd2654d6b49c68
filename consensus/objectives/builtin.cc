#include "consensus/objectives/builtin.h"

#include <algorithm>
#include <cstdio>
#include <exception>

namespace starling {
namespace {

BuiltinInstance& instance_of(starling_objective* handle) {
  return *reinterpret_cast<BuiltinInstance*>(handle);
}

const BuiltinInstance& instance_of(const starling_objective* handle) {
  return *reinterpret_cast<const BuiltinInstance*>(handle);
}

// No exception crosses the ABI: its text is kept for error(), the code is 1.
template <class Body>
int guarded(starling_objective* handle, Body body) {
  auto& instance = instance_of(handle);
  try {
    body(instance);
    return 0;
  } catch (const std::exception& failure) {
    instance.error = failure.what();
  } catch (...) {
    instance.error = "unknown failure";
  }
  return 1;
}

// x as doubles: itself, or the float vector widened into the instance's work vector.
const double* widened(BuiltinInstance& instance, const void* x) {
  if (instance.precision == STARLING_FLOAT64) return static_cast<const double*>(x);
  const auto* narrow = static_cast<const float*>(x);
  instance.x.resize(instance.objective->dimension());
  std::copy(narrow, narrow + instance.x.size(), instance.x.begin());
  return instance.x.data();
}

// evaluate(x, gradient) in double, its gradient rounded to what the instance was made with.
template <class Evaluate>
int narrowed(starling_objective* handle, const void* x, void* result, double* value,
             Evaluate evaluate) {
  return guarded(handle, [&](BuiltinInstance& instance) {
    const double* point = widened(instance, x);
    if (!result || instance.precision == STARLING_FLOAT64) {
      *value = evaluate(*instance.objective, point, static_cast<double*>(result));
      return;
    }
    instance.gradient.resize(instance.x.size());
    *value = evaluate(*instance.objective, point, instance.gradient.data());
    std::transform(instance.gradient.begin(), instance.gradient.end(), static_cast<float*>(result),
                   [](double entry) { return static_cast<float>(entry); });
  });
}

int gradient(starling_objective* handle, const void* x, void* result, double* value) {
  return narrowed(handle, x, result, value,
                  [](BuiltinObjective& objective, const double* point, double* to) {
                    return objective.gradient(point, to);
                  });
}

int stochastic_gradient(starling_objective* handle, const void* x, std::uint64_t seed,
                        std::uint64_t step, std::uint64_t batch, void* result, double* value) {
  return narrowed(handle, x, result, value,
                  [&](BuiltinObjective& objective, const double* point, double* to) {
                    return objective.stochastic_gradient(point, seed, step, batch, to);
                  });
}

// A float instance steps in double, and rounds where the steps end.
int local_steps(starling_objective* handle, const starling_local_steps* steps, void* x,
                double* value) {
  return guarded(handle, [&](BuiltinInstance& instance) {
    BuiltinObjective& objective = *instance.objective;
    if (!objective.takes_steps()) throw ObjectiveError("steps are made of its gradients");
    if (!steps) return;
    if (instance.precision == STARLING_FLOAT64) {
      *value = objective.local_steps(*steps, static_cast<double*>(x));
      return;
    }
    starling_local_steps wide = *steps;
    if (steps->shift) {
      const auto* shift = static_cast<const float*>(steps->shift);
      instance.gradient.assign(shift, shift + objective.dimension());
      wide.shift = instance.gradient.data();
    }
    widened(instance, x);
    *value = objective.local_steps(wide, instance.x.data());
    std::transform(instance.x.begin(), instance.x.end(), static_cast<float*>(x),
                   [](double entry) { return static_cast<float>(entry); });
  });
}

int initial(starling_objective* handle, void* x) {
  return guarded(handle, [&](BuiltinInstance& instance) {
    std::vector<double> start(instance.objective->dimension());
    instance.objective->initial(start.data());
    if (instance.precision == STARLING_FLOAT64)
      std::copy(start.begin(), start.end(), static_cast<double*>(x));
    else
      std::transform(start.begin(), start.end(), static_cast<float*>(x),
                     [](double entry) { return static_cast<float>(entry); });
  });
}

int constants(starling_objective* handle, double* smoothness, double* strong_convexity) {
  return guarded(handle, [&](BuiltinInstance& instance) {
    const Constants found = instance.objective->constants();
    *smoothness = found.smoothness;
    *strong_convexity = found.strong_convexity;
  });
}

int optimum(starling_objective* handle, double* x) {
  return guarded(handle, [&](BuiltinInstance& instance) {
    if (!instance.objective->has_optimum()) throw ObjectiveError("the optimum is not known");
    if (x) instance.objective->optimum(x);
  });
}

int accuracy(starling_objective* handle, const void* x, const starling_data* data,
             std::uint64_t* correct) {
  return guarded(handle, [&](BuiltinInstance& instance) {
    *correct = instance.objective->correct(widened(instance, x), *data);
  });
}

int global_constants(starling_objective* handle, double* smoothness, double* strong_convexity) {
  return guarded(handle, [&](BuiltinInstance& instance) {
    const auto found = instance.objective->global_constants();
    if (!found) throw ObjectiveError("the constants of the global objective are not known");
    *smoothness = found->smoothness;
    *strong_convexity = found->strong_convexity;
  });
}

void refuse_bad_request(const starling_objective_request& request) {
  if (request.abi != STARLING_OBJECTIVE_ABI)
    throw ObjectiveError("the caller has another ABI version");
  if (request.nodes == 0 || request.node >= request.nodes)
    throw ObjectiveError("node " + std::to_string(request.node) + " of " +
                         std::to_string(request.nodes) + " nodes: a node is 0 .. nodes - 1");
  if (request.precision != STARLING_FLOAT32 && request.precision != STARLING_FLOAT64)
    throw ObjectiveError("precision must be float32 or float64");
}

}  // namespace

void refuse_data(const starling_objective_request& request, const char* name) {
  if (request.data && request.data->rows > 0)
    throw ObjectiveError(std::string(name) + ": makes its own data, objective.data must be empty");
}

starling_objective* create_builtin(MakeBuiltin make, const starling_objective_request* request,
                                   char* error, std::size_t error_size) {
  const auto fail = [&](const char* text) -> starling_objective* {
    if (error && error_size > 0) std::snprintf(error, error_size, "%s", text);
    return nullptr;
  };
  try {
    refuse_bad_request(*request);
    auto instance = std::make_unique<BuiltinInstance>();
    instance->precision = request->precision;
    instance->objective = make(*request);
    return reinterpret_cast<starling_objective*>(instance.release());
  } catch (const std::exception& failure) {
    return fail(failure.what());
  } catch (...) {
    return fail("unknown failure");
  }
}

starling_objective_vtable builtin_table(const char* name, Abilities abilities) {
  starling_objective_vtable table{};
  table.abi = STARLING_OBJECTIVE_ABI;
  table.struct_size = sizeof table;
  table.name = name;
  table.destroy = [](starling_objective* handle) {
    delete reinterpret_cast<BuiltinInstance*>(handle);
  };
  table.dimension = [](const starling_objective* handle) {
    return instance_of(handle).objective->dimension();
  };
  table.gradient = gradient;
  table.constants = constants;
  table.error = [](const starling_objective* handle) { return instance_of(handle).error.c_str(); };
  table.optimum = optimum;
  table.accuracy = abilities.predicts ? accuracy : nullptr;
  table.stochastic_gradient = abilities.samples ? stochastic_gradient : nullptr;
  table.local_steps = abilities.samples ? local_steps : nullptr;
  table.global_constants = global_constants;
  table.initial = initial;
  return table;
}

}  // namespace starling
