#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "cuda/device.h"
#include "cuda/starling_cuda.h"
#include "cuda/twin.h"

namespace starling::cuda {
namespace {

Twin& twin_of(starling_objective* handle) { return *reinterpret_cast<Twin*>(handle); }

// No exception crosses the ABI: its text is kept for error(), the code is 1.
template <class Body>
int guarded(starling_objective* handle, Body body) {
  try {
    body(twin_of(handle));
    return 0;
  } catch (const std::exception& failure) {
    twin_of(handle).error = failure.what();
  } catch (...) {
    twin_of(handle).error = "unknown failure";
  }
  return 1;
}

starling_objective* create(const char* kind, const starling_objective_request* request, char* error,
                           std::size_t error_size) {
  const auto fail = [&](const char* text) -> starling_objective* {
    if (error && error_size > 0) std::snprintf(error, error_size, "%s", text);
    return nullptr;
  };
  try {
    return reinterpret_cast<starling_objective*>(make_twin(kind, *request).release());
  } catch (const std::exception& failure) {
    return fail(failure.what());
  } catch (...) {
    return fail("unknown failure");
  }
}

int local_steps(starling_objective* handle, const starling_local_steps* steps, void* x,
                double* value) {
  if (!steps) return 0;
  return guarded(handle, [&](Twin& twin) { *value = twin.local_steps(*steps, x); });
}

int accuracy(starling_objective* handle, const void* x, const starling_data* data,
             std::uint64_t* correct) {
  return guarded(handle, [&](Twin& twin) {
    Objective& builtin = twin.builtin();
    *correct = builtin.precision() == STARLING_FLOAT32
                   ? builtin.correct(static_cast<const float*>(x), *data)
                   : builtin.correct(static_cast<const double*>(x), *data);
  });
}

int initial(starling_objective* handle, void* x) {
  return guarded(handle, [&](Twin& twin) {
    Objective& builtin = twin.builtin();
    if (builtin.precision() == STARLING_FLOAT32)
      builtin.initial(static_cast<float*>(x));
    else
      builtin.initial(static_cast<double*>(x));
  });
}

// Its table but for `create`, which does not know for which kind it is called.
starling_objective_vtable table_of(const char* kind, bool predicts) {
  starling_objective_vtable table{};
  table.abi = STARLING_OBJECTIVE_ABI;
  table.struct_size = sizeof table;
  table.name = kind;
  table.destroy = [](starling_objective* handle) { delete &twin_of(handle); };
  table.dimension = [](const starling_objective* handle) {
    return twin_of(const_cast<starling_objective*>(handle)).builtin().dimension();
  };
  table.gradient = [](starling_objective* handle, const void* x, void* gradient, double* value) {
    return guarded(handle, [&](Twin& twin) { *value = twin.gradient(x, 0, 0, 0, gradient); });
  };
  table.stochastic_gradient = [](starling_objective* handle, const void* x, std::uint64_t seed,
                                 std::uint64_t step, std::uint64_t batch, void* gradient,
                                 double* value) {
    return guarded(handle,
                   [&](Twin& twin) { *value = twin.gradient(x, seed, step, batch, gradient); });
  };
  table.constants = [](starling_objective* handle, double* smoothness, double* strong_convexity) {
    *smoothness = twin_of(handle).builtin().smoothness();
    *strong_convexity = twin_of(handle).builtin().strong_convexity();
    return 0;
  };
  table.error = [](const starling_objective* handle) {
    return twin_of(const_cast<starling_objective*>(handle)).error.c_str();
  };
  table.accuracy = predicts ? accuracy : nullptr;
  table.initial = initial;
  table.local_steps = local_steps;
  return table;
}

constexpr char kLeastSquares[] = "least_squares", kLogistic[] = "logistic", kSoftmax[] = "softmax",
               kMlp[] = "mlp", kCnn[] = "cnn";

template <const char* kind>
const starling_objective_vtable& table(bool predicts) {
  static const starling_objective_vtable made = [&] {
    starling_objective_vtable table = table_of(kind, predicts);
    table.create = [](const starling_objective_request* request, char* error,
                      std::size_t error_size) { return create(kind, request, error, error_size); };
    return table;
  }();
  return made;
}

const starling_objective_vtable* objective(const char* kind) {
  for (const starling_objective_vtable* entry :
       {&table<kLeastSquares>(false), &table<kLogistic>(true), &table<kSoftmax>(true),
        &table<kMlp>(true), &table<kCnn>(true)})
    if (std::string_view(entry->name) == kind) return entry;
  return nullptr;
}

std::uint32_t devices(char* why, std::size_t why_size) {
  std::string reason;
  const std::uint32_t count = device_count(reason);
  if (why && why_size > 0) std::snprintf(why, why_size, "%s", reason.c_str());
  return count;
}

}  // namespace
}  // namespace starling::cuda

extern "C" __attribute__((visibility("default"))) const starling_cuda_module* starling_cuda(void) {
  static const starling_cuda_module module = {STARLING_OBJECTIVE_ABI,
                                              starling::cuda::twin_kinds().c_str(),
                                              starling::cuda::objective, starling::cuda::devices};
  return &module;
}
