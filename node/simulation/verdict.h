#pragma once

#include <span>
#include <string>
#include <vector>

#include "node/simulation/view_rules.h"

namespace starling {

// What an undisturbed run gives, found by another executor.
struct SimReference {
  std::vector<std::vector<std::byte>> models;  // of each node
  int code = 0;
  std::uint64_t steps = 0;
};

// The rules a simulated run must keep, each violation in a sentence.
//
//   ends        everybody ends, and says why where it is not as asked
//   bits        where nobody may be taken for dead, every node has the bytes of the reference; also
//               after an outage of all, where their disks hold a checkpoint in common, or nothing
//   disks       after an outage each goes on from the newest common checkpoint, and there is one
//               where each has any; who ends over a full disk says so
//   survivors   where somebody may, everybody alive reaches what was asked; only whom the others
//               left behind, or who are too few, lose the cluster and name whom (exit code 4)
//   liar        who tells another fingerprint than it has ends, and all with it, naming the key (2)
//   frames      nobody ends a session over a frame, unless frames were damaged on their way
//   credit      nobody sends beyond its credit, no connection holds more than all credit together
//
// and those of the views (view_rules.h).
struct SimVerdict {
  std::vector<std::string> violations;
  std::uint64_t compared = 0;  // nodes whose bytes were compared with lockstep
};
SimVerdict judge(const SimOutcome& outcome, const FaultPlan& plan, const SimReference& reference,
                 const Config& config, const ObjectivesOf& objectives_of);

}  // namespace starling
