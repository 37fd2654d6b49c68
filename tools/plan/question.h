#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "consensus/settings.h"
#include "topology/plan/gossip_time.h"

namespace starling {

// What `starling-topology plan` is asked.
struct PlanQuestion {
  NodeId nodes = 0;
  std::uint64_t parameters = 0;  // d
  Precision precision = Precision::float64;
  double compute_s = 0;     // one gradient, on a node alone on its cores
  double kappa = 1;         // L / mu of the objective
  double accuracy = 1e-6;   // |x - x*| relative to the start
  std::uint64_t steps = 0;  // a run of so many steps, without a target; 0: to the accuracy
  Links links;
  Machines machines;
  double step_s = 30e-6;  // a node's own work per step beside mixes and gradient
  std::uint64_t chunk_bytes = 256 * 1024, link_window = 1024 * 1024;
  std::uint64_t seed = 1;  // of random graphs
  // Empty: all that are sensible for n.
  std::vector<std::string> topologies, weights, algorithms;

  std::size_t value_bytes() const { return precision == Precision::float32 ? 4 : 8; }
};

}  // namespace starling
