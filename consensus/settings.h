#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topology/graph.h"

namespace starling {

// The effective values of [shared]: what all nodes must agree on. Plain values; read and checked by
// node/config, written by hand in tests. "auto" is kept as such until the agreement resolves it.

enum class Precision { float32, float64 };

struct TopologySettings {
  std::string kind = "ring";  // a graph kind, or empty when `file` is set
  std::string file;
  std::uint32_t nodes = 1;
  std::uint64_t degree = 0, rows = 0, columns = 0, seed = 1;  // 0: not given
  double probability = -1, radius = -1;                       // < 0: not given
  std::string graphs;                // of a schedule made of static graphs, as "ring,torus"
  std::uint64_t from_step = 0;       // of a switch: it is made at the first lap's end from then on
  std::string weights = "auto";      // a weight rule, or file: the third column of `file`
  std::vector<Edge> weighted_edges;  // weights = "file": its edges, ascending, and their weights
  std::vector<double> edge_weights;
  std::string spectrum = "edges";  // edges: of the whole graph | gossip: estimated by the nodes
};

struct ObjectiveSettings {
  std::string library;  // of kind "plugin"
  std::string kind = "logistic";
  std::string data, labels;    // labels: the second file of an IDX or NPY pair
  std::string scale = "none";  // none | standardize | unit_rows | max:V
  double l2 = 0;
  std::string weighting = "samples";  // samples | nodes
  std::string partition = "iid";
  std::string config;  // every key of [shared.objective] as a JSON object, for the objective itself
};

struct MixingSettings {
  std::string acceleration = "auto";  // none | chebyshev | auto (chebyshev)
  int steps = 0;                      // K; 0 = auto: the least K with contraction <= 0.05
  // The ends of the spectrum of W, forced; none = auto: what is found.
  std::optional<double> lambda_2, lambda_n;
  std::string on_mismatch = "safe";  // safe | stop: what a broken promise of contraction does
  std::string aggregator = "none";   // a robust rule in place of W (aggregators/aggregator.h)
  std::uint32_t tolerated = 1;       // of it: so many neighbors of each node may lie
  double radius = 0;                 // of centered_clipping; 0 = auto: from the distances
  bool robust() const { return aggregator != "none"; }
};

// For tests only: nodes that lie to their neighbors (attacks/attack.h).
struct AttackSettings {
  std::string kind = "none";
  std::vector<std::uint32_t> nodes;  // ascending
  bool by(std::uint32_t node) const {
    return kind != "none" && std::binary_search(nodes.begin(), nodes.end(), node);
  }
};

struct AlgorithmSettings {
  std::string kind = "gradient_tracking";
  double step_size = 0;     // 0 = auto: the algorithm's own rule
  int local_steps = 1;      // E: gradient steps between two mixings
  std::uint64_t batch = 0;  // rows of a mini-batch; 0: gradients are of all rows
};

// What a node makes of its gradients (optimizers/).
struct OptimizerSettings {
  std::string kind = "sgd";
  double momentum = 0.9;                // of momentum, nesterov
  double beta_1 = 0.9, beta_2 = 0.999;  // of the adam family; beta_2 of rmsprop, too
  double epsilon = 1e-8;                // beside a root in a denominator
  double weight_decay = 0;
  double clip_norm = 0, clip_value = 0;  // 0: off
  int history = 10;                      // of lbfgs: changes it keeps
  bool clips() const { return clip_norm > 0 || clip_value > 0; }
};

// How the step size goes on from its start (step_schedule.h).
struct StepScheduleSettings {
  std::string kind = "constant";
  std::uint64_t warm_up = 0, every = 1000, total = 0;  // steps; total = 0: all of the run
  double factor = 0.1, least = 0;
  std::uint64_t reference_batch = 0;  // 0: no linear scaling
  double scale = 1;                   // derived: of linear scaling
  bool constant() const { return kind == "constant" && warm_up == 0; }
};

struct StopSettings {
  std::uint64_t steps = 1000;
  double gradient_norm = 0;   // 0 = off
  double relative_error = 0;  // 0 = off; objectives with a known optimum
  double seconds = 0;         // 0 = off
  bool has_target() const { return gradient_norm > 0 || relative_error > 0; }
};

struct MembershipSettings {
  std::uint32_t min_nodes = 0;
  std::string on_death = "drop";
  std::string resume = "warm";
  std::uint64_t checkpoint_every = 0;  // steps; 0: none
};

struct Settings {
  std::string name = "starling";
  std::uint64_t seed = 1;
  Precision precision = Precision::float64;
  std::uint64_t chunk = 256 * 1024;  // bytes; vectors up to twice this stay whole
  std::string checksum = "payload";  // payload | header, where "auto" was made one of them
  std::string security = "auto";     // auto | none
  ObjectiveSettings objective;
  TopologySettings topology;
  MixingSettings mixing;
  AlgorithmSettings algorithm;
  OptimizerSettings optimizer;
  StepScheduleSettings step_schedule;
  AttackSettings attack;
  StopSettings stop;
  std::string synchrony = "bsp";
  MembershipSettings membership;
};

}  // namespace starling
