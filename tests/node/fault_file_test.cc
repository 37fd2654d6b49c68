// Faults are read as they are printed, and what is none is refused with what is allowed.

#include "node/simulation/fault_file.h"

#include <gtest/gtest.h>

#include <set>

#include "node/error.h"
#include "node/simulation/fault_recipe.h"
#include "topology/generators.h"

namespace starling {
namespace {

TEST(FaultFile, ReadsEveryKindAsItIsPrinted) {
  GraphParameters parameters;
  parameters.nodes = 6;
  const Graph graph = make_graph("ring", parameters);
  std::set<Fault::Kind> kinds;
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    for (const char* recipe : {"mixed", "cuts", "switches"})
      for (const Fault& fault : draw_plan(*find_fault_recipe(recipe), graph, seed, 1, 1).faults) {
        const std::string line = describe(fault);
        if (line.find("of,") != std::string::npos) continue;  // a side without nodes
        EXPECT_EQ(describe(parse_fault(line, 6)), line);
        kinds.insert(fault.kind);
      }
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(kFaultKinds));
}

TEST(FaultFile, RefusesWhatIsNoFault) {
  for (const char* line :
       {"cut 1-2", "1 s: cut 1", "1 s: cut 1-1", "1 s: cut 1-6", "1 s: hack 1-2", "1 s: stall 1-2",
        "1 s: crash 1, 2 s", "1 s: pause 3, 1 s", "1 s: partition 1, 1 s", "-1 s: cut 1-2",
        "1 s: cut 1-2, again after 1 s", "1e3 s: cut 1-2", "99999999999 s: cut 1-2"})
    EXPECT_THROW(parse_fault(line, 6), ConfigError) << line;
}

}  // namespace
}  // namespace starling
