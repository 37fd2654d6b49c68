#pragma once

// All nodes of a directed graph in one thread, mixing by W x itself: the oracle for executors,
// which mix differences.

#include <deque>
#include <memory>
#include <vector>

#include "tests/consensus/scenario.h"
#include "topology/digraph.h"

namespace starling::testing {

template <class Real>
class DirectedCluster {
 public:
  // objectives[i] is node i's; `steps` gossip steps make one mix.
  DirectedCluster(const DirectedMatrix& w, const AlgorithmEntry& algorithm,
                  std::span<Objective* const> objectives, double step_size, int steps = 1)
      : w_(w) {
    agreement_.matrix = make_mixing_matrix("metropolis", w.graph.links());
    agreement_.mix = plain_mix({}, steps);
    agreement_.step_size = step_size;
    for (Objective* objective : objectives)
      nodes_.push_back(std::make_unique<Node>(agreement_, *objective, pool_, algorithm));
    settle();
  }

  // One step of the algorithm on every node.
  void step() {
    for (auto& node : nodes_) node->peer.unpark(true);
    settle();
  }
  Peer<Real>& peer(NodeId i) { return nodes_[i]->peer; }
  // A state of every node, one row each.
  Rows state(std::string_view name = "x") {
    const Eigen::Index size = peer(0).state(name).size();
    Rows rows(static_cast<Eigen::Index>(nodes_.size()), size);
    for (NodeId i = 0; i < nodes_.size(); ++i)
      rows.row(i) = peer(i).state(name).template cast<double>().transpose();
    return rows;
  }

 private:
  struct Node final : Host<Real> {
    Node(const Agreement& agreement, Objective& f, Pool& pool, const AlgorithmEntry& algorithm)
        : objective(f), peer(agreement, f.dimension(), f.dimension() + 1, pool, *this) {
      peer.state("x");
      program = algorithm.make(peer);
      peer.ready().push_back(program.handle());
    }
    void start_mix(MixOperation<Real>& operation) override { begun.push_back(&operation); }
    void filled(MixOperation<Real>&, std::size_t) override {}
    void start_gradient(GradientOperation<Real>& operation) override {
      operation.value = objective.gradient(operation.at.data(), operation.result.data());
      peer.finish(operation);
    }
    Objective& objective;
    Peer<Real> peer;
    Program program;
    std::deque<MixOperation<Real>*> begun;
  };

  // Until every program stands at its next_step().
  void settle() {
    for (;;) {
      bool all_begun = true;
      for (auto& node : nodes_) {
        while (!node->peer.ready().empty()) {
          const auto next = node->peer.ready().front();
          node->peer.ready().pop_front();
          next.resume();
          node->program.rethrow();
        }
        all_begun = all_begun && !node->begun.empty();
      }
      if (!all_begun) return;
      mix();
    }
  }

  // The first mix that every node has begun:  y_{k+1},i = w_ii y_k,i + sum_j w_ij y_k,j.
  void mix() {
    const int steps = nodes_[0]->begun.front()->steps;
    for (int k = 0; k < steps; ++k)
      for (NodeId i = 0; i < nodes_.size(); ++i) {
        MixOperation<Real>& own = *nodes_[i]->begun.front();
        own.y[1 - k % 2] = static_cast<Real>(w_.diagonal[i]) * own.y[k % 2];
        const auto sources = w_.graph.sources(i);
        for (std::size_t j = 0; j < sources.size(); ++j)
          own.y[1 - k % 2] +=
              static_cast<Real>(w_.row(i)[j]) * nodes_[sources[j]]->begun.front()->y[k % 2];
      }
    for (auto& node : nodes_) {
      MixOperation<Real>& operation = *node->begun.front();
      node->begun.pop_front();
      operation.result.swap(operation.y[steps % 2]);
      node->peer.finish(operation);
      node->peer.release(operation);
    }
  }

  const DirectedMatrix w_;
  Agreement agreement_;
  Pool pool_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace starling::testing
