#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "consensus/objectives/objective.h"
#include "node/simulation/sim_cluster.h"

namespace starling {

// What must hold of the views of a simulated run, whatever befell it; each violation in a sentence.
//
//   agreement   equal view ids: equal members, step, weights, K, constants and step size
//   rounds      the last view, run anew in lockstep from where its members stood, or from what
//               they resumed, gives the same bytes: nothing of another view or round was ever mixed
//   optimum     where it converged, |grad f| at the mean of its members is below the target, f
//               being theirs
struct ViewFindings {
  std::vector<std::string> violations;
  std::uint64_t compared = 0;  // nodes whose bytes were compared
};

// What the members of a view work on, by rank.
using ObjectivesOf = std::function<std::vector<Objective*>(std::span<const NodeId> members)>;
ViewFindings judge_views(const SimOutcome& outcome, const Settings& settings,
                         const ObjectivesOf& objectives_of);

}  // namespace starling
