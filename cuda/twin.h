#pragma once

#include <memory>
#include <string>

#include "consensus/objectives/objective.h"

namespace starling::cuda {

// One node's f_i on a device, as the C side holds it. What needs no device - checking the request,
// the constants, where to start, predictions - is the built-in objective's, on the CPU.
//
// Errors    what device and built-in objective throw; `error` keeps the text.
class Twin {
 public:
  virtual ~Twin() = default;
  virtual Objective& builtin() = 0;
  // Over all rows where batch = 0; gradient may be null.
  virtual double gradient(const void* x, std::uint64_t seed, std::uint64_t step,
                          std::uint64_t batch, void* gradient) = 0;
  virtual double local_steps(const starling_local_steps& steps, void* x) = 0;

  std::string error;
};

// Errors    ObjectiveError, DeviceError.
std::unique_ptr<Twin> make_twin(const char* kind, const starling_objective_request& request);

// The kinds that have one, separated by spaces.
const std::string& twin_kinds();

}  // namespace starling::cuda
