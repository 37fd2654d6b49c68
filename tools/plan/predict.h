#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consensus/algorithms/modes.h"
#include "consensus/mixers/mixer.h"
#include "tools/plan/candidates.h"
#include "tools/plan/traffic.h"

namespace starling {

// One way to run: everything a configuration would say of it.
struct PlanChoice {
  const PlanGraph* graph = nullptr;
  std::string weights, mixer, algorithm;
  int mixing_steps = 1;
  bool automatic_steps = false;  // this K is what "auto" picks
};

// What it would take.
struct Prediction {
  PlanChoice choice;
  double contraction = 0;          // of a mix
  double rate = 0;                 // of the error per step
  double step_size = 0;            // for L = 1
  std::uint64_t steps = 0;         // to the accuracy, or as asked
  std::uint64_t gossip_steps = 0;  // one after the other, those of the stopping monitor included
  std::uint64_t bytes = 0;         // of DATA frames, all nodes together
  double seconds = 0;
  // A step: T = first mixes + max(compute, what travels beside it) + sync.
  double step_seconds = 0, compute_s = 0, communicate_s = 0, sync_s = 0;
  Traffic traffic;
};

// The prediction for one choice; none when it does not converge.
//
//   T_step = T_mix(first) + max(T_compute, T_mix(all) - T_mix(first), work / cores) + T_sync
//   T_mix(v) = K gossip_time(v vectors);   first: the mixes that do not travel beside the gradient
//   T_run = (steps + lap) T_step + looks (T_compute + T_mix(2)),   steps = ln(accuracy) / ln(rate)
//
// T_compute and T_sync are stretched where a machine has more nodes than cores.
// Requires  the choice's graph and spectrum belong together; nodes >= 2.
std::optional<Prediction> predict(const PlanQuestion& question, const PlanChoice& choice,
                                  const Spectrum& spectrum);

// All choices, the fastest first; equally fast ones by bytes, then by degree, then by names.
struct PlanRanking {
  std::vector<std::unique_ptr<const PlanGraph>> graphs;  // what the choices point to
  std::vector<Prediction> best_first;
  std::size_t without_convergence = 0;
};
PlanRanking rank_plans(const PlanQuestion& question);

}  // namespace starling
