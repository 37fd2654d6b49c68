#pragma once

#include "topology/plan/links.h"

namespace starling {

// The machines the nodes run on, all alike: node i on machine i / processes.
struct Machines {
  NodeId processes = 1;     // nodes per machine
  double cores = 2;         // of each; a node uses one for its messages, one for its gradient
  bool full_duplex = true;  // a network card sends and receives at once
  double gossip_s = 10e-6;  // a node's own work per gossip step: waking up, mixing
  double message_s = 5e-6;  // per message to or from a neighbor
  double byte_s = 0.4e-9;   // per byte of it: checksum, copy, one pass of the mix
};

// What one gossip step carries over each link and direction.
struct GossipLoad {
  double bytes = 0;         // all frames, headers included
  double messages = 1;      // frames
  double pieces = 1;        // chunks a vector is cut into: a piece is mixed and sent on by itself
  double window = 1 << 20;  // bytes of a vector sent and not yet taken
  double vectors = 1;       // mixed at once, each with a window of its own
};

// The seconds a gossip step takes, one after the other.
struct GossipTime {
  double period = 0;  // from one gossip step to the next
  double busy = 0;    // of it, the busiest machine's own: its cores and its card
  double work = 0;    // core-seconds of the machine with the most work
};

// The period of gossip steps in which each node waits for its neighbors only.
//
//   cpu_i  = gossip + degree_i (messages m + bytes b)
//   cores  = sum of cpu_i on the machine / cores,  at least its largest cpu_i
//   wire   = sum over the machine's links to others of bytes / bandwidth: neighbors share the card
//   busy   = cores + wire for whole vectors, max(cores, wire) for a vector in pieces
//   period = max(busy, latency_ij + (busy_i + busy_j) / (2 pieces), 2 latency_ij bytes / window)
//
// The middle term is the mean weight of the cycle i -> j -> i; for latencies alike in both
// directions no longer cycle has a larger one, so this is the cycle time of the whole graph (the
// largest cycle mean of its max-plus matrix). Within a machine latency and bandwidth count as free.
// Requires  links.nodes = graph.nodes().
// Source    Baccelli, Cohen, Olsder & Quadrat, Synchronization and Linearity (1992), ch. 3.
GossipTime gossip_time(const Graph& graph, const Links& links, const Machines& machines,
                       const GossipLoad& load);

}  // namespace starling
