#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/simulation/link_model.h"
#include "topology/graph.h"

namespace starling {

// One thing that befalls a simulated cluster.
struct Fault {
  enum class Kind {
    cut,        // connections between node and other are reset
    half_open,  // node loses its connections to other and knows it; other hears nothing of that
    one_way,    // nothing gets from node to other for a while
    stall,      // nothing gets through between them, either way, for a while
    partition,  // the same between those on `side` and all others
    refuse,     // connections dialled to node are refused for a while
    freeze,     // node does not run for a while (SIGSTOP, SIGCONT)
    pause,      // no node does
    leave,      // node is told to leave (SIGTERM)
    crash,      // node is killed; the others' connections are closed by its host
    power,      // node is gone, and nobody is told
    flip,       // a bit of a frame from node to other is another
    truncate,   // such a frame ends too early
    twice,      // such a frame arrives twice
    outage,     // all are killed within for_s, node first and the next ids in turn
    full_disk,  // node cannot write for a while
    rot,        // node's newest checkpoint cannot be read at its next start
    regraph,    // node reads a request for another graph
  };
  Kind kind = Kind::cut;
  double at_s = 0, for_s = 0;
  NodeId node = 0, other = 0;
  std::vector<bool> side;  // by node
  // Of who was killed, or ended over a full disk: started again, with what its disk holds.
  std::optional<double> restart_after_s;
};
constexpr int kFaultKinds = 18;

// What a fault of a kind says besides its time.
struct FaultForm {
  std::string_view name;
  enum class Whom { node, two, side, all } whom = Whom::node;
  bool lasts = false, restarts = false;  // has for_s; may have restart_after_s
};
const FaultForm& form_of(Fault::Kind kind);
inline std::string_view name(Fault::Kind kind) { return form_of(kind).name; }

// Everything one seed brings upon a cluster.
struct FaultPlan {
  LinkModel link;
  double gradient_s = 0;          // mean of what a gradient takes
  std::vector<double> start_s;    // when each node is started
  std::vector<double> pace_s;     // what a poll takes on each node; slow nodes take longer
  std::vector<std::int64_t> ppm;  // how fast each node's clock is
  std::optional<NodeId> liar;     // tells another fingerprint than it has
  std::vector<Fault> faults;

  // Whether somebody may rightly be taken for dead: else the run gives the bytes of lockstep. An
  // outage that meets all at once is no such thing.
  bool may_lose(double grace_s) const;
  bool holds(Fault::Kind kind) const;
  double last_s() const;  // when the last fault is over
};

// Nothing at all: a constant delay of a millisecond.
FaultPlan plain_plan(NodeId nodes);
// One line for each, as a log has it.
std::string describe(const Fault& fault);

}  // namespace starling
