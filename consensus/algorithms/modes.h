#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>

#include "consensus/agreement.h"

namespace starling {

using ModeMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 3, 3>;

// How fast an algorithm is, from its update equations: what one step does to one mode.
//
// If all nodes share one Hessian A, a step is linear and falls apart into modes: an eigenvalue l of
// A times an eigenvalue w of the mix P_K(W). On the mean w = 1, and the sums an algorithm keeps are
// taken out (of exact diffusion's y, which is 0, say); off the mean w is in [mix.low, mix.high].
//
//   rate = the largest spectral radius over all modes: |error| shrinks by it per step, in the end
//
// Nodes whose Hessians differ couple the modes: then this is a model, and the tests state how far
// it is from the catalogue's measured counts.
struct StepModes {
  std::string_view algorithm;  // name in the registry
  int mixes;                   // vectors mixed per step
  int beside_gradient;         // of these, under way while the gradient is computed
  double weakest_mix;          // not to be run with a larger contraction; 1: any
  ModeMatrix (*mean)(const Agreement&, double l);
  ModeMatrix (*disagreement)(const Agreement&, double w, double l);
  std::string_view same_as = {};  // with one local step: that algorithm in other coordinates
};
std::span<const StepModes> step_modes();
const StepModes* find_step_modes(std::string_view algorithm);  // null: no exact optimizer

// The rate above for l in [mu, L] of agreement.constants, its mix and step size; 1 or more: it does
// not converge.
double rate_per_step(const StepModes& modes, const Agreement& agreement);

}  // namespace starling
