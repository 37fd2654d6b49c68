#include "consensus/lockstep.h"

#include "consensus/chunks.h"
#include "consensus/kernels/mix.h"

namespace starling {

// One node's view of the executor: mixes queue until all nodes have begun them, gradients are done
// at once.
template <class Real>
class LockstepHost final : public Host<Real> {
 public:
  LockstepHost(Objective& objective, double scale) : objective_(objective), scale_(scale) {}
  void bind(Peer<Real>& peer) { peer_ = &peer; }

  void start_mix(MixOperation<Real>& operation) override { begun_.push_back(&operation); }
  void filled(MixOperation<Real>&, std::size_t) override {}
  void start_gradient(GradientOperation<Real>& operation) override {
    try {
      evaluate(objective_, scale_, operation);
    } catch (...) {
      operation.error = std::current_exception();
    }
    peer_->finish(operation);
  }

  Queue<MixOperation<Real>*>& begun() { return begun_; }

 private:
  Objective& objective_;
  const double scale_;
  Peer<Real>* peer_ = nullptr;
  Queue<MixOperation<Real>*> begun_;  // in program order
};

template <class Real>
struct Lockstep<Real>::Node {
  Node(const Settings& settings, const Agreement& agreement, NodeId self, Objective& objective,
       Pool& pool, std::function<void(std::uint64_t)> before_step, const AlgorithmEntry* algorithm)
      : host(objective, agreement.objective_scale.empty() ? 1 : agreement.objective_scale[self]),
        peer(agreement, objective.dimension(),
             Chunks::of(objective.dimension(), settings.chunk, sizeof(Real)).length, pool, host),
        runner(settings, agreement, self, peer,
               settings.stop.relative_error > 0 && objective.has_optimum() ? objective.optimum()
                                                                           : std::vector<double>{},
               std::move(before_step), algorithm) {
    host.bind(peer);
  }
  LockstepHost<Real> host;
  Peer<Real> peer;
  Runner<Real> runner;
};

template <class Real>
Lockstep<Real>::Lockstep(const Settings& settings, Agreement agreement,
                         std::span<Objective* const> objectives, const AlgorithmEntry* algorithm)
    : settings_(settings),
      agreement_(std::move(agreement)),
      gossip_(agreement_),
      rides_before_(objectives.size()) {
  for (NodeId i = 0; i < objectives.size(); ++i) {
    auto watch = i == 0 ? std::function<void(std::uint64_t)>([this](std::uint64_t step) {
      if (watch_) watch_(step);
    })
                        : std::function<void(std::uint64_t)>{};
    nodes_.push_back(std::make_unique<Node>(settings_, agreement_, i, *objectives[i], pool_,
                                            std::move(watch), algorithm));
  }
}

template <class Real>
Lockstep<Real>::~Lockstep() = default;

template <class Real>
void Lockstep<Real>::plan_switches(
    const std::vector<std::shared_ptr<const PlannedSwitch>>& switches) {
  for (auto& node : nodes_)
    node->runner.plan_switches([switches, next = std::size_t{0}](bool taken) mutable {
      if (taken) ++next;
      return next < switches.size() ? switches[next] : nullptr;
    });
}

template <class Real>
Runner<Real>& Lockstep<Real>::runner(NodeId i) {
  return nodes_[i]->runner;
}
template <class Real>
Peer<Real>& Lockstep<Real>::peer(NodeId i) {
  return nodes_[i]->peer;
}

template <class Real>
RunStatus Lockstep<Real>::run() {
  for (;;) {
    for (auto& node : nodes_) node->runner.advance();
    bool all_ended = true, all_begun = true;
    for (auto& node : nodes_) {
      all_ended = all_ended && node->runner.ended();
      all_begun = all_begun && !node->host.begun().empty();
    }
    if (all_ended) return nodes_[0]->runner.status();
    if (!all_begun) stalled();
    mix(next_stream_++);
  }
}

// All K gossip steps of one stream, for all nodes: each step reads y_k of all and writes y_{k+1}.
template <class Real>
void Lockstep<Real>::mix(std::uint32_t stream) {
  const auto kernel = mix_kernel<Real>();
  // All have begun this mix, so all have made whatever switch comes before it.
  gossip_.adopt(nodes_[0]->peer.agreement());
  const MixOperation<Real>& first = *nodes_[0]->host.begun().front();
  const int steps = first.steps;
  const auto size = static_cast<std::size_t>(first.y[0].size());
  for (auto& node : nodes_) {
    const MixOperation<Real>& operation = *node->host.begun().front();
    if (operation.stream != stream || operation.steps != steps || operation.round != first.round ||
        operation.y[0].size() != first.y[0].size() || !operation.ride != !first.ride)
      throw std::logic_error("nodes begin different mixes as number " + std::to_string(stream));
  }
  const double scale = first.scale();
  for (int k = 0; k < steps; ++k) {
    const auto now = static_cast<std::uint32_t>(k);
    const double omega = first.omega(now);
    for (NodeId i = 0; i < nodes_.size(); ++i) {
      const GossipRow row = gossip_.row(first.round + now, i);
      MixOperation<Real>& own = *nodes_[i]->host.begun().front();
      values_.clear();
      weights_.clear();
      for (const NodeId j : row.sources)
        values_.push_back(nodes_[j]->host.begun().front()->at(now).data());
      for (const double w : row.weights) weights_.push_back(static_cast<Real>(w * scale));
      const Real* y = own.at(now).data();
      Real* out = own.at(now + 1).data();
      kernel(y, omega != 0 ? out : nullptr, values_.data(), weights_.data(), values_.size(),
             static_cast<Real>(omega), size, out);
      add_excess(static_cast<Real>(row.excess), y, size, out);
    }
    if (!first.ride) continue;
    for (NodeId i = 0; i < nodes_.size(); ++i)
      rides_before_[i] = *nodes_[i]->host.begun().front()->ride;
    for (NodeId i = 0; i < nodes_.size(); ++i) {
      const GossipRow row = gossip_.row(first.round + now, i);
      rides_.clear();
      for (const NodeId j : row.sources) rides_.push_back(&rides_before_[j]);
      merge(*nodes_[i]->host.begun().front()->ride, rides_, row.weights, scale, omega);
    }
  }
  for (auto& node : nodes_) {
    MixOperation<Real>& operation = *node->host.begun().front();
    node->host.begun().pop_front();
    operation.result.swap(operation.at(static_cast<std::uint32_t>(steps)));
    node->peer.finish(operation);
    node->peer.release(operation);
  }
}

template <class Real>
void Lockstep<Real>::stalled() const {
  std::string who;
  for (NodeId i = 0; i < nodes_.size(); ++i) {
    auto& node = *nodes_[i];
    if (node.host.begun().empty())
      who += (who.empty() ? "" : ", ") + std::string("node ") + std::to_string(i) +
             (node.runner.ended() ? " has ended"
              : node.runner.returned_early()
                  ? " has returned from its algorithm before the agreed stop"
                  : " has begun no mix");
  }
  throw StalledError("lockstep cannot go on: mix " + std::to_string(next_stream_) +
                     " is begun by some nodes, but " + who);
}

template class Lockstep<float>;
template class Lockstep<double>;

}  // namespace starling
