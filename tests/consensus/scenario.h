#pragma once

// A small cluster in lockstep: what the tests of the consensus room stand on.

#include <Eigen/Dense>
#include <deque>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "consensus/lockstep.h"
#include "tests/consensus/objective_fixture.h"
#include "topology/generators.h"
#include "topology/random.h"

namespace starling {

inline void PrintTo(const AlgorithmEntry& entry, std::ostream* out) { *out << entry.name; }
inline void PrintTo(const MixerEntry& entry, std::ostream* out) { *out << entry.name; }

}  // namespace starling

namespace starling::testing {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline Graph graph_of(std::string_view kind, std::uint32_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  if (kind == "erdos_renyi") parameters.probability = 0.4;
  return make_graph(kind, parameters);
}

// Graphs that differ in everything that matters here: one node, two, odd sizes, uneven degrees,
// eigenvalues at -1/3 and below, bottlenecks.
inline std::vector<std::pair<std::string, Graph>> spread_of_graphs() {
  std::vector<std::pair<std::string, Graph>> graphs;
  const std::pair<const char*, std::uint32_t> kinds[] = {
      {"path", 1},  {"path", 2},     {"ring", 3},     {"ring", 8},         {"ring", 17},
      {"path", 9},  {"torus", 16},   {"star", 9},     {"complete", 7},     {"hypercube", 16},
      {"grid", 12}, {"barbell", 12}, {"barbell", 13}, {"erdos_renyi", 20},
  };
  for (const auto& [kind, nodes] : kinds)
    graphs.emplace_back(std::string(kind) + " " + std::to_string(nodes), graph_of(kind, nodes));
  return graphs;
}

inline std::vector<double> uneven_samples(NodeId nodes) {
  RandomStream draw(11, Purpose::test);
  std::vector<double> samples;
  for (NodeId i = 0; i < nodes; ++i) samples.push_back(1 + static_cast<double>(draw.below(40)));
  return samples;
}

// Node i's data are rows[i]: objective "vectors" on one dense row each.
struct GivenRows {
  explicit GivenRows(const Rows& values) : rows(values) {}
  starling_data of(Eigen::Index i) const {
    starling_data data{};
    data.rows = 1;
    data.columns = static_cast<std::uint64_t>(rows.cols());
    data.row_begin = begin;
    data.value = rows.row(i).data();
    data.label = label;
    return data;
  }
  Rows rows;
  std::uint64_t begin[2] = {0, static_cast<std::uint64_t>(rows.cols())};
  double label[1] = {0};
};

// Settings, objectives, agreement; run() makes a new executor each time, from the same start.
template <class Real>
class Scenario {
 public:
  // objective: the keys of [shared.objective] as JSON, "kind" among them. One that needs data gets
  // rows that differ from node to node in number and law. table: in place of the built-in one.
  Scenario(Settings wanted, const Graph& graph, const std::string& objective,
           std::vector<double> samples = {}, const Rows* inputs = nullptr,
           const starling_objective_vtable* table = nullptr)
      : settings(std::move(wanted)) {
    settings.topology.nodes = graph.nodes();
    settings.objective.config = objective;
    settings.objective.kind = objective.substr(9, objective.find('"', 9) - 9);  // {"kind":"..."
    settings.precision = sizeof(Real) == 4 ? Precision::float32 : Precision::float64;
    if (samples.empty()) samples.assign(graph.nodes(), 1.0);
    const ObjectiveEntry* entry = find_objective(settings.objective.kind);
    if (inputs) given_ = std::make_unique<GivenRows>(*inputs);
    for (NodeId i = 0; i < graph.nodes(); ++i) {
      starling_data data{};
      if (given_) data = given_->of(i);
      if (entry->data == DataUse::rows) {
        shards_.push_back(sample_rows(20 + 3 * i, 7, entry->classifies ? 2 : 0, false, i));
        data = shards_.back().view();
      }
      starling_objective_request request{};
      request.abi = STARLING_OBJECTIVE_ABI;
      request.node = i;
      request.nodes = graph.nodes();
      request.precision = sizeof(Real) == 4 ? STARLING_FLOAT32 : STARLING_FLOAT64;
      request.config = objective.c_str();
      request.data = data.rows > 0 ? &data : nullptr;
      objectives.push_back(std::make_unique<Objective>(table ? *table : *entry->vtable, request));
      pointers.push_back(objectives.back().get());
    }
    const MixingMatrix matrix = make_matrix(settings, graph, samples);
    const bool even = settings.objective.weighting == "nodes" ||
                      samples == std::vector<double>(samples.size(), samples[0]);
    std::vector<NodeRecord> records;
    for (NodeId i = 0; i < graph.nodes(); ++i) {
      const auto& f = objectives[i];
      Constants constants{f->smoothness(), f->strong_convexity(), f->smoothness(),
                          f->strong_convexity()};
      // Those of the plain mean; a weighted one only obeys the local bounds.
      if (const auto global = f->global_constants(); global && even)
        std::tie(constants.global_smoothness, constants.global_strong_convexity) = *global;
      records.push_back(propose(settings, matrix, constants, i));
    }
    agreement = agree(settings, matrix, records);
  }

  std::unique_ptr<Lockstep<Real>> start(const AlgorithmEntry* algorithm = nullptr) {
    return std::make_unique<Lockstep<Real>>(settings, agreement, pointers, algorithm);
  }
  // State of all nodes after so many steps from the start.
  std::unique_ptr<Lockstep<Real>> after(std::uint64_t steps) {
    settings.stop.steps = steps;
    auto executor = start();
    executor->run();
    return executor;
  }

  NodeId nodes() const { return settings.topology.nodes; }
  double pi(NodeId i) const { return agreement.matrix.stationary[i]; }

  // The gradient of node i at x, in double.
  Eigen::VectorXd gradient(NodeId i, const Eigen::VectorXd& x) {
    const Eigen::Matrix<Real, Eigen::Dynamic, 1> at = x.template cast<Real>();
    Eigen::Matrix<Real, Eigen::Dynamic, 1> g(x.size());
    objectives[i]->gradient(at.data(), g.data());
    return g.template cast<double>();
  }
  // Node i's objective is (x - c)' A (x - c) / 2 when it is quadratic: A, and A c.
  std::pair<Eigen::MatrixXd, Eigen::VectorXd> quadratic(NodeId i) {
    const auto d = static_cast<Eigen::Index>(objectives[i]->dimension());
    const Eigen::VectorXd at_zero = gradient(i, Eigen::VectorXd::Zero(d));
    Eigen::MatrixXd a(d, d);
    for (Eigen::Index k = 0; k < d; ++k)
      a.col(k) = gradient(i, Eigen::VectorXd::Unit(d, k)) - at_zero;
    return {a, -at_zero};
  }
  // The minimiser of sum_i pi_i f_i of quadratics.
  Eigen::VectorXd quadratic_optimum() {
    const auto d = static_cast<Eigen::Index>(objectives[0]->dimension());
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(d, d);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(d);
    for (NodeId i = 0; i < nodes(); ++i) {
      const auto [a, ac] = quadratic(i);
      sum += pi(i) * a;
      right += pi(i) * ac;
    }
    return sum.ldlt().solve(right);
  }

  Settings settings;
  std::vector<std::unique_ptr<Objective>> objectives;
  std::vector<Objective*> pointers;
  Agreement agreement;

 private:
  std::unique_ptr<GivenRows> given_;
  std::deque<SampleRows> shards_;
};

// A state of every node, one row each.
template <class Real>
Rows state_of(Lockstep<Real>& executor, NodeId nodes, std::string_view name = "x") {
  Rows rows(nodes, static_cast<Eigen::Index>(executor.peer(0).dimension()));
  for (NodeId i = 0; i < nodes; ++i)
    rows.row(i) = executor.peer(i).state(name).template cast<double>().transpose();
  return rows;
}

template <class Real>
Eigen::VectorXd pi_mean(const Scenario<Real>& scenario, const Rows& rows) {
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(rows.cols());
  for (NodeId i = 0; i < scenario.nodes(); ++i) mean += scenario.pi(i) * rows.row(i).transpose();
  return mean;
}

// pi-mean of grad f_i at row i.
template <class Real>
Eigen::VectorXd mean_gradient(Scenario<Real>& scenario, const Rows& rows) {
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(rows.cols());
  for (NodeId i = 0; i < scenario.nodes(); ++i)
    mean += scenario.pi(i) * scenario.gradient(i, rows.row(i).transpose());
  return mean;
}

inline const char* kQuadratic = R"({"kind":"reference_quadratic"})";
inline const char* kLogistic = R"({"kind":"reference_logistic"})";

inline Settings settings_of(std::string_view algorithm, double step_size = 0,
                            std::string_view acceleration = "auto", int mixing_steps = 0) {
  Settings settings;
  settings.algorithm.kind = algorithm;
  settings.algorithm.step_size = step_size;
  settings.mixing.acceleration = acceleration;
  settings.mixing.steps = mixing_steps;
  return settings;
}

// "none" or the mixer's own name, as [shared.mixing] acceleration says it.
inline std::string acceleration_of(const MixerEntry& mixer) {
  return mixer.name == "plain" ? "none" : std::string(mixer.name);
}

}  // namespace starling::testing
