#pragma once

#include "node/links/model_transfer.h"
#include "node/links/pump.h"
#include "node/participant_options.h"

namespace starling {

// The cluster is lost: exit code 4.
class LostError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A neighbor is DONE, and this node cannot finish the round beside it: it stops, too.
struct DoneElsewhere {
  DoneBody done;
};

// What this node brings into a view.
struct Standing {
  bool begun = false;            // it has a model of this run
  std::uint64_t step = 0;        // that it stands at
  std::vector<std::byte> model;  // x; empty: it begins at zero
  std::vector<HeldSnapshot> held;
};

// Who runs together, agreed on without a coordinator: each node judges its own edges, facts spread,
// and a view begins on a node once every member has told that it prepared exactly this view.
//
//   JOINING    dial; if a neighbor has a model of the run, fetch it
//   PREPARING  V is the component of up edges: compute graph, weights, spectrum; tell PREPARED(V)
//   HOLDING    all members prepared V, but V may not run: too small, or it waits for somebody
//   RUNNING    until the own view is another one
//
// All members derive the start from the same n records, so equal views have equal members, graph,
// weights, interval, K, step size and step.
// Threads   one; agree() takes the pump's lock, changed() is called with it held.
class Membership {
 public:
  Membership(const ParticipantOptions& options, Facts& facts, Network& network, Pump& pump,
             Transport& transport);

  struct Begun {
    Agreement agreement;
    std::uint64_t step = 0;
    // What this node goes on from, where nobody has a model yet: all of it, if all nodes hold it;
    // else of its own newest the x.
    std::optional<HeldSnapshot> from;
    bool exact = false;
  };
  using ConstantsIn = std::function<Constants(const View&)>;  // of what this node works on there
  // Waits until the view this node stands in begins. mine: what it brings; where it joins, its
  // neighbor's model afterwards. settings: those of the last switch afterwards.
  // Errors    LostError once start_limit or hold_limit is over, ConfigError where configurations
  //           differ, DoneElsewhere.
  Begun agree(Settings& settings, const ConstantsIn& own, Standing& mine);

  const View& view() const { return view_; }
  NodeId rank() const { return view_.rank(options_.self); }
  bool full() const { return view_.size() == nodes_; }
  // In RUNNING: takes in what came. Whether the view is another one now, but for those who leave:
  // the lap is finished with them.
  bool changed();
  // Whether the others can go on without this node.
  bool may_leave() const;
  // Whether the neighbors have finished all these streams of the view, or are beyond it.
  bool owes_nothing(std::uint32_t streams);
  // A lap has ended at which members leave: the next view is one without them.
  void part() { parting_ = true; }
  // Whether from this step on the view waits for a node that will be started again.
  bool awaits(const View& view, std::uint64_t step) const;
  // This node has made the switch with all others of the view.
  void switched(const Proposal& made, const Agreement& agreement);
  ModelDonor& donor() { return donor_; }
  // "7 of 8 nodes, without node 5"
  std::string describe_change(const View& before) const;
  void stands_at(std::uint64_t step) { step_ = step; }

 private:
  void hear();
  bool fetched(Standing& mine);
  void catch_up(Settings& settings);
  bool in_sessions(const View& view) const;
  std::vector<double> samples_of(const View& view) const;
  void prepare(std::unique_lock<std::mutex>& lock, const Settings& settings, const ConstantsIn& own,
               const Standing& mine, const View& view, Mixing& mixing);
  std::vector<Prepared> records_of(const View& view) const;
  Begun begin(const Settings& settings, const View& view, const std::vector<Prepared>& records,
              Mixing mixing);
  void resume(Begun& begun, const View& view, const std::vector<Prepared>& records) const;
  bool may_prepare(const View& view) const;
  bool needs_whole_graph() const;
  bool whole_graph(const View& view) const;
  bool large_enough(std::size_t members, bool holds_lowest) const;
  bool large_enough(const View& view) const { return large_enough(view.size(), view.holds(0)); }
  bool may_begin(const View& view, const std::vector<Prepared>& records) const;
  bool needs_all() const;
  void heal(const View& view);
  void check_deadlines(const Standing& mine, const View& view);
  std::string describe_missing(const View& view) const;
  std::string describe_undecided(const View& view) const;
  std::string describe_held(const View& view, const std::vector<Prepared>& records) const;
  std::string describe_lost(const View& view) const;

  const ParticipantOptions& options_;
  Facts& facts_;
  const NodeId nodes_;  // configured; read without the lock
  Network& network_;
  Pump& pump_;
  Transport& transport_;
  std::shared_ptr<const Schedule> schedule_;  // of the graph in force
  View view_;                                 // that runs, or ran last
  std::uint64_t running_ = 0;                 // the id under which it began
  std::map<Edge, std::uint32_t> began_with_;  // and the edges' counters then
  std::uint64_t generation_ = 0;              // of facts, when the view was last looked at
  bool switched_onto_dead_ = false;           // the last switch took up an edge that had failed
  std::uint64_t step_ = 0;
  bool begun_ = false;    // has a model of the run
  bool parting_ = false;  // members leave
  bool gave_up_ = false;  // waiting for nodes to be started again
  Instant waits_since_{0}, healed_at_{0};
  NodeId heals_ = 0;
  ModelDonor donor_;
  ModelFetch fetch_;
  std::optional<DoneBody> done_;  // a neighbor's
};

}  // namespace starling
