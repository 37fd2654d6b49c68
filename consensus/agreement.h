#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "consensus/mixers/mixer.h"
#include "consensus/settings.h"
#include "topology/mixing_matrix.h"
#include "topology/schedule.h"

namespace starling {

struct AlgorithmEntry;

// The settings cannot be run: named key, value and reason.
class SettingsError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// L and mu of the local objectives (largest and smallest over the nodes), and those of their mean
// where known, else the same two.
struct Constants {
  double smoothness = 1, strong_convexity = 0;
  double global_smoothness = 1, global_strong_convexity = 0;
};

// Who mixes with whom, and with what weight.
struct Mixing {
  Mixing() = default;
  Mixing(MixingMatrix constant) : matrix(std::move(constant)) {}  // NOLINT: a static graph is one

  // W and pi. Of a graph that changes: its links and a uniform pi, without weights.
  MixingMatrix matrix;
  std::shared_ptr<const Schedule> schedule;  // W of each gossip round, where the graph changes
  // What each f_i is multiplied by, n pi_i: doubly stochastic rounds average nodes, not samples
  // (catalogue A.4, third way). Empty: by one.
  std::vector<double> objective_scale;
};

// What one node computes for itself before a start and tells all others (PREPARED). No node trusts
// its own rounding: the numbers all use are derived from all n records.
struct NodeRecord {
  double gap_2 = 1, lambda_n = 0;  // its view of the spectrum of W
  int mixing_steps = 1;            // the K it would choose
  Constants constants;             // of its own f_i
};

// The record of a machine whose arithmetic gives every figure so much larger, relatively.
NodeRecord rounded(NodeRecord record, double relative);

// Whether gradients are of all rows, or of mini-batches drawn from this seed.
struct Sampling {
  std::uint64_t batch = 0;  // 0: all
  std::uint64_t seed = 1;
};

// What a node does between two mixings.
struct LocalWork {
  int local_steps = 1;  // gradient steps
  Sampling sampling;
  OptimizerSettings optimizer;
  StepScheduleSettings step_schedule;
};

// Everything a run needs that is the same on all nodes.
struct Agreement : Mixing, LocalWork {
  Spectrum spectrum;  // the agreed interval; of a changing graph only its rate
  MixPlan mix;
  Constants constants;
  NodeId diameter = 0;
  double step_size = 0;  // of the algorithm
};

// What follows from the spectrum: replaced as a whole when more is learned of it.
struct Tuning {
  MixPlan mix;
  double step_size = 0;  // of the algorithm
};

// W of the settings' rule on the graph; samples: one count per node (A.4).
MixingMatrix make_matrix(const Settings& settings, const Graph& graph,
                         std::span<const double> samples);
// The same of a schedule, whose links `graph` holds; null: a static graph.
Mixing make_mixing(const Settings& settings, const Graph& graph,
                   std::shared_ptr<const Schedule> schedule, std::span<const double> samples);

// Of n pi_i f_i, where the nodes are averaged and not the samples. The mean of all f_i stays, and
// so do its constants.
Constants scaled(const Constants& own, const Mixing& mixing, NodeId self);

// The algorithm of the settings, where it, its mixer and the target may be run on W of this nature;
// by the schedule alone, before anything is computed or sent. Errors    SettingsError naming the
// key, the reason and what to use instead.
const AlgorithmEntry& require_runnable(const Settings& settings, const Mixing& mixing);

// The interval [lambda_n, lambda_2] as it is used: the ends that the settings force in place of
// those found. Errors    SettingsError where they leave none.
Spectrum forced(const Settings& settings, Spectrum found);

// Plan and step size on another interval, as agree() derives them; "steps = auto" is chosen anew.
Tuning tune(const Settings& settings, const Agreement& agreement, const Spectrum& interval);

// The record of node `self`. With spectrum = "gossip" its interval is a bound that holds on any
// graph, from its own row alone, until the nodes have estimated a better one (estimate.h).
NodeRecord propose(const Settings& settings, const Mixing& mixing, const Constants& own,
                   NodeId self = 0);

// gap_2 = max-safe: the widest interval of all records (least gap, least lambda_n), K = max, L =
// max, mu = min; the step size by the algorithm's rule. By + - * / and the mixer's recurrence only,
// from the same inputs: equal bits on all nodes. Requires  records in ascending NodeId, one per
// node of the matrix. Errors    SettingsError naming the key: unknown algorithm or mixer, a step
// size the algorithm cannot derive.
Agreement agree(const Settings& settings, Mixing mixing, std::span<const NodeRecord> records);

}  // namespace starling
