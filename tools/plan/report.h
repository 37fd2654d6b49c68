#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tools/plan/predict.h"

namespace starling {

// One sentence: what the winner is and why the best with another algorithm and the best on another
// graph are slower. Requires  a ranking that is not empty.
std::string reason_for_winner(const PlanRanking& ranking);

// The first `lines` of the ranking as a table, the reason below it.
std::string plan_table(const PlanRanking& ranking, std::size_t lines = 12);

// {"nodes", "accuracy", "reason", "without_convergence", "ranking": [{...} best first]}.
nlohmann::ordered_json plan_json(const PlanQuestion& question, const PlanRanking& ranking);

// A configuration of the winner for tools/cluster: a stand-in objective of the asked size and
// conditioning on the graph of `topology_file`, which lies beside it.
std::string plan_config(const PlanQuestion& question, const Prediction& winner,
                        const std::string& topology_file);

}  // namespace starling
