#pragma once

#include <boost/program_options.hpp>
#include <string_view>

#include "tools/plan/question.h"
#include "tools/topology/options.h"

namespace starling {

// The options that plan reads; described: those that no other command has.
inline constexpr std::string_view kPlanOptions =
    "nodes parameters precision bandwidth latency bandwidth-matrix latency-matrix compute-time "
    "kappa accuracy steps topologies weights algorithms processes-per-machine cores duplex "
    "gossip-time message-time byte-time step-time chunk link-window seed output json";
void describe_plan_options(boost::program_options::options_description& options);

// The question they ask; matrix files are read.
// Errors    UsageError naming the option, its value and what is allowed, or the option that is
//           missing.
PlanQuestion plan_question(const TopologyOptions& options);

}  // namespace starling
