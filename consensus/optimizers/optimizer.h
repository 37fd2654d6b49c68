#pragma once

#include <span>
#include <string_view>

#include "consensus/optimizers/vector_update.h"
#include "consensus/settings.h"

namespace starling {

// One local optimizer: what becomes of a node's parameters along its gradient.
struct OptimizerEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  int states;  // vectors of d it keeps
  // "auto": of the algorithm's own rule, which is for plain gradient steps.
  double (*step_size)(const OptimizerSettings&, double rule);
  void (*update_float)(const VectorUpdate<float>&);
  void (*update_double)(const VectorUpdate<double>&);
  bool linear = false;     // its steps are sums of gradients: what vanishes in their mean vanishes
  bool decoupled = false;  // weight decay shrinks x, beside the gradient
  bool quasi_newton = false;  // steps along what lbfgs.h makes of the gradient, and keeps its pairs
};

std::span<const OptimizerEntry> optimizers();
const OptimizerEntry* find_optimizer(std::string_view name);

}  // namespace starling
