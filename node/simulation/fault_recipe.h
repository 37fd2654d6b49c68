#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/simulation/fault_plan.h"

namespace starling {

// What kinds of faults a series of seeds is to meet, and how many; each seed draws its own plan.
struct FaultRecipe {
  std::string_view name;
  std::string_view summary;
  // Delay, its spread and its kind, bandwidth, losses, slow nodes, slow gradients, skewed clocks
  // and late starts are drawn, too.
  bool vary = false;
  bool lasting = false;  // half of what lasts a while lasts longer than the grace
  double liar = 0;       // probability that one node tells another fingerprint than it has
  double restart = 0;    // probability that who was killed is started again
  double rare = 0;       // probability that outage and the kinds after it are drawn at all
  std::array<int, kFaultKinds> most{};  // of each kind: drawn from 0 to this

  bool draws() const { return vary || most != std::array<int, kFaultKinds>{}; }  // anything at all
};

std::span<const FaultRecipe> fault_recipes();
const FaultRecipe* find_fault_recipe(std::string_view name);

// span_s: what a run takes on plain_plan's links; faults are spread over it.
//
// Where nothing lasts, a run loses nothing: what blocks a link comes one at a time, an eighth to a
// quarter of the grace long, and what else may delay a frame stays below the rest of it.
FaultPlan draw_plan(const FaultRecipe& recipe, const Graph& graph, std::uint64_t seed,
                    double span_s, double grace_s);

}  // namespace starling
