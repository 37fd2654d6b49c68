#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/topology/options.h"
#include "topology/schedule.h"

namespace starling {

// Whether the subject is a schedule kind, or a file with a '# round' line. A kind wins.
bool is_schedule(const TopologyOptions& options);

// generate and inspect of a schedule. Errors as run_command; weigh and convert are refused.
void run_schedule(const TopologyOptions& options);

// Errors: UsageError for options that only schedules read.
void refuse_schedule_options(const TopologyOptions& options);

// The schedule kinds, for `list`.
void list_schedules(std::ostream& text);
void list_schedules(nlohmann::ordered_json& all);

// What `inspect` prints of a schedule.
//   schedule nodes symmetric period exact_after exact_from_any rate steps_to_1e-6 {plain,
//   chebyshev} degree_round_max links connected chebyshev
// period, exact_after, exact_from_any are null where there is none; rate where the iteration for
// it does not settle; steps_to_1e-6 where the mean is never reached, and always for chebyshev,
// with the reason beside.
nlohmann::ordered_json inspect_schedule(const Schedule& schedule, const std::string& name);

}  // namespace starling
