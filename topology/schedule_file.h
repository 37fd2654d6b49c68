#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "topology/schedule.h"

namespace starling {

// The native schedule file: one period, round by round.
//   # starling topology 1
//   # nodes 6
//   # directed true
//   # round 0
//   u v [weight]              directed: u sends to v, which takes `weight` of it
//   # round 1
//   ...
// A round may be empty. Without weights a round is weighed by 1 / (1 + max(d_u, d_v)) if undirected
// (metropolis) and by 1 / (1 + d_max) if directed, which every node must then receive from as many
// as it sends to. w_ii is what is left to one.
//
// Text in, values out: files are opened by the caller.
// Errors    GraphError "line 7: round 2: ..." naming the offending line: what the edge list
//           refuses, a round out of order, a node whose weights in and out differ by more than
//           1e-12 (rows and columns must sum to one).
std::unique_ptr<Schedule> read_schedule(std::string_view text, NodeId max_nodes = 10'000'000);

// Rounds 0 .. rounds - 1 with their weights; read_schedule gives the same bits back.
std::string write_schedule(const Schedule& schedule, std::uint64_t rounds,
                           std::string_view comment = {});

// Whether a text has a '# round' line: a schedule, not an edge list.
bool is_schedule_text(std::string_view text);

}  // namespace starling
