#include "consensus/algorithms/registry.h"

#include <algorithm>

#include "consensus/algorithms/programs.h"

namespace starling {

namespace {

// The catalogue's rules (section C), from the agreed L, mu and the spectrum [low, high] of one mix off the mean.
double no_step(const Agreement&) { return 1; }
double tracking_step(const Agreement& a) { return std::min(1.0, 5 * (1 - a.mix.high)) / a.constants.smoothness; }

const AlgorithmEntry kAlgorithms[] = {
    {"average", "pure consensus on given local vectors", "Xiao & Boyd 2004", average<float>, average<double>, no_step,
     true, true, false, 1},
    {"gradient_tracking", "follows the average gradient; also for changing graphs", "Qu & Li 2018",
     gradient_tracking<float>, gradient_tracking<double>, tracking_step, true, false, true, 2},
};

}  // namespace

std::span<const AlgorithmEntry> algorithms() { return kAlgorithms; }

const AlgorithmEntry* find_algorithm(std::string_view name) {
  for (const AlgorithmEntry& entry : kAlgorithms)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace starling
