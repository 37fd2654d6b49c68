#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "consensus/optimizers/update.h"
#include "consensus/settings.h"

namespace starling {

// One update of a whole vector:
//
//   g_k = scale gradient_k, within [-bound, bound];   + decay x_k, or x_k shrunk by it (AdamW)
//   to_k = update(from_k, g_k, states_k) - share shift_k
template <class Real>
struct VectorUpdate {
  UpdateFactors<Real> factors;
  const Real* from;
  const Real* gradient;
  const Real* shift;  // null: none
  Real share;
  Real scale, bound, decay;
  Real* states[3];
  Real* to;
  std::size_t size;
};

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
