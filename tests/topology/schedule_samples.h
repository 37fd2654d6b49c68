#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "topology/schedule.h"

namespace starling {

using Matrix = Eigen::MatrixXd;

inline Matrix dense(const DirectedMatrix& w) {
  const auto n = static_cast<Eigen::Index>(w.graph.nodes());
  Matrix matrix = Matrix::Zero(n, n);
  for (NodeId i = 0; i < w.graph.nodes(); ++i) {
    matrix(i, i) = w.diagonal[i];
    const auto sources = w.graph.sources(i);
    for (std::size_t k = 0; k < sources.size(); ++k) matrix(i, sources[k]) = w.row(i)[k];
  }
  return matrix;
}

inline Matrix averaging(Eigen::Index n) { return Matrix::Constant(n, n, 1.0 / double(n)); }

// W_{t+rounds-1} ... W_t.
inline Matrix product(const Schedule& schedule, std::uint64_t t, std::uint64_t rounds) {
  const Eigen::Index n = schedule.nodes();
  Matrix result = Matrix::Identity(n, n);
  for (std::uint64_t k = 0; k < rounds; ++k) result = dense(schedule.round(t + k)) * result;
  return result;
}

inline double deviation(const Matrix& m) { return (m - averaging(m.rows())).cwiseAbs().maxCoeff(); }

inline GraphParameters of_nodes(std::uint64_t n) {
  GraphParameters parameters;
  parameters.nodes = n;
  return parameters;
}

// At least one schedule of every registered kind, with odd, prime and tiny sizes among them.
struct ScheduleSample {
  std::string kind;
  GraphParameters parameters;
  std::unique_ptr<Schedule> make() const { return make_schedule(kind, parameters); }
  std::string text() const {
    return kind + " nodes " + std::to_string(parameters.nodes.value_or(0)) + " degree " +
           std::to_string(parameters.degree.value_or(0)) + " graphs " + parameters.graphs;
  }
};

inline std::vector<ScheduleSample> schedule_samples() {
  std::vector<ScheduleSample> all;
  for (const char* kind : {"one_peer_exponential", "random_matching", "od_equidyn", "ou_equidyn"})
    for (const std::uint64_t n : {1, 2, 3, 4, 5, 7, 8, 12, 16, 25})
      all.push_back({kind, of_nodes(n)});
  for (const std::uint64_t n : {1, 2, 4, 16}) all.push_back({"hypercube_exchange", of_nodes(n)});
  for (const std::uint64_t n : {2, 5, 6, 7, 12, 25, 60})
    for (const std::uint64_t k : {1, 2, 4}) {
      if (k >= n) continue;
      all.push_back({"base_graph", of_nodes(n)});
      all.back().parameters.degree = k;
    }
  for (const char* graph : {"ring", "path", "star", "torus", "complete"})
    for (const std::uint64_t n : {1, 2, 5, 12}) {
      all.push_back({"laplacian_factors", of_nodes(n)});
      all.back().parameters.graphs = graph;
    }
  for (const char* graphs : {"ring", "ring,torus", "ring,star,exponential"})
    for (const std::uint64_t n : {1, 3, 8, 12}) {
      all.push_back({"alternating", of_nodes(n)});
      all.back().parameters.graphs = graphs;
    }
  return all;
}

}  // namespace starling
