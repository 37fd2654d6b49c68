#include "topology/plan/gossip_time.h"

#include <algorithm>
#include <vector>

namespace starling {
namespace {

struct Busy {
  double work = 0, wire = 0, largest = 0;  // core-seconds; largest: of one of its nodes
};

std::vector<Busy> busy_machines(const Graph& graph, const Links& links, const Machines& machines,
                                const GossipLoad& load) {
  const NodeId n = graph.nodes();
  std::vector<Busy> busy((n + machines.processes - 1) / machines.processes);
  const double per_link = load.messages * machines.message_s + load.bytes * machines.byte_s;
  for (NodeId i = 0; i < n; ++i) {
    Busy& own = busy[i / machines.processes];
    const double work = machines.gossip_s + static_cast<double>(graph.degree(i)) * per_link;
    own.work += work;
    own.largest = std::max(own.largest, work);
    for (const NodeId j : graph.neighbors(i)) {
      if (j / machines.processes == i / machines.processes) continue;
      own.wire += load.bytes / links.bandwidth_of(i, j);
      if (!machines.full_duplex) own.wire += load.bytes / links.bandwidth_of(j, i);
    }
  }
  return busy;
}

}  // namespace

GossipTime gossip_time(const Graph& graph, const Links& links, const Machines& machines,
                       const GossipLoad& load) {
  const std::vector<Busy> busy = busy_machines(graph, links, machines, load);
  const auto whole = [&](const Busy& own) {
    const double cores = std::max(own.work / machines.cores, own.largest);
    return load.pieces > 1 ? std::max(cores, own.wire) : cores + own.wire;
  };
  GossipTime time;
  for (const Busy& own : busy) {
    time.busy = std::max(time.busy, whole(own));
    time.work = std::max(time.work, own.work);
  }
  time.period = time.busy;
  for (NodeId i = 0; i < graph.nodes(); ++i)
    for (const NodeId j : graph.neighbors(i)) {
      const NodeId here = i / machines.processes, there = j / machines.processes;
      if (j < i || here == there) continue;
      const double latency = (links.latency_of(i, j) + links.latency_of(j, i)) / 2;
      const double first = (whole(busy[here]) + whole(busy[there])) / (2 * load.pieces);
      const double window = 2 * latency * (load.bytes / load.vectors) / load.window;
      time.period = std::max({time.period, latency + first, window});
    }
  return time;
}

}  // namespace starling
