#pragma once

#include <span>
#include <string_view>

#include "consensus/peer.h"
#include "consensus/requirements.h"

namespace starling {

// One decentralised algorithm: its program, its default step size and what it promises; parser,
// lists, docs and property tests read this table.
struct AlgorithmEntry {
  // Which optimizers may stand for its gradient steps. linear: those whose steps are sums of
  // gradients, for what it adds to its steps against drift is of a gradient's size.
  enum class TakesOptimizers { none, linear, any };

  std::string_view name;
  std::string_view summary;
  std::string_view source;
  Program (*make_float)(Peer<float>&);
  Program (*make_double)(Peer<double>&);
  // "auto"; also asked when the user gives a step size: throws SettingsError where the algorithm
  // cannot run at all.
  double (*step_size)(const Agreement&);
  GraphNeed needs = GraphNeed::symmetric_static;  // of W (catalogue A.3)
  bool exact = true;  // reaches the optimum of the whole objective with a constant step size
  bool needs_inputs = false;  // computes on given vectors (objective "vectors"), not on gradients
  bool warm_restart = true;   // may begin again from any x
  bool mixes_models = false;  // no correction among what it mixes: a robust rule may stand for W
  bool local_steps = false;   // may take several gradient steps between two mixings
  TakesOptimizers optimizers = TakesOptimizers::none;
  bool step_schedules = true;  // takes a step size that changes from step to step
  int mixes_in_flight = 1;     // q: the most mixes under way at once

  // Invariants, in pi-means over the nodes; states by name. Empty: promises none of the kind.
  //   mean x_{t+1} = mean p_t - eta mean grad f_i(p_t),  p the state it takes its gradient at, for
  //   one local step; without one, mean x is kept
  std::string_view gradient_at = "x";
  std::string_view zero_mean = {};        // mean of this state = 0
  std::string_view tracks_gradient = {};  // mean of this state = mean grad f_i(x_i)

  template <class Real>
  Program make(Peer<Real>& peer) const {
    if constexpr (sizeof(Real) == sizeof(float))
      return make_float(peer);
    else
      return make_double(peer);
  }
};

std::span<const AlgorithmEntry> algorithms();
const AlgorithmEntry* find_algorithm(std::string_view name);

}  // namespace starling
