#include "consensus/lockstep.h"

#include "consensus/aggregators/requirements.h"
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
  bool objective_takes_steps() const override { return objective_.has_local_steps(); }

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
       Pool& pool, std::function<void(std::uint64_t)> before_step, const AlgorithmEntry* algorithm,
       std::uint64_t first_step)
      : host(objective, agreement.objective_scale.empty() ? 1 : agreement.objective_scale[self]),
        peer(agreement, objective.dimension(),
             Chunks::of(objective.dimension(), settings.chunk, sizeof(Real)).length, pool, host),
        runner(settings, agreement, self, peer,
               settings.stop.relative_error > 0 && objective.has_optimum() ? objective.optimum()
                                                                           : std::vector<double>{},
               std::move(before_step), algorithm, first_step) {
    host.bind(peer);
    objective.initial(peer.state("x").data());
  }
  LockstepHost<Real> host;
  Peer<Real> peer;
  Runner<Real> runner;
};

template <class Real>
Lockstep<Real>::Lockstep(const Settings& settings, Agreement agreement,
                         std::span<Objective* const> objectives, const AlgorithmEntry* algorithm,
                         std::uint64_t first_step)
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
                                            std::move(watch), algorithm, first_step));
  }
  if (mixes_whole_vectors(settings_))
    whole_ = std::make_unique<WholeLockstep<Real>>(settings_, objectives);
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
  // All have begun this mix, so all have made whatever switch comes before it.
  gossip_.adopt(nodes_[0]->peer.agreement());
  mixes_.clear();
  for (auto& node : nodes_) mixes_.push_back(node->host.begun().front());
  const MixOperation<Real>& first = *mixes_[0];
  const auto size = first.y[0].size();
  for (const MixOperation<Real>* operation : mixes_)
    if (operation->stream != stream || operation->steps != first.steps ||
        operation->round != first.round || operation->y[0].size() != size ||
        !operation->ride != !first.ride)
      throw std::logic_error("nodes begin different mixes as number " + std::to_string(stream));
  const bool whole = whole_ && size > 0;
  for (std::uint32_t k = 0; k < static_cast<std::uint32_t>(first.steps); ++k) {
    if (whole)
      whole_->step(gossip_, k, mixes_);
    else
      gossip_step(k);
    if (first.ride) merge_rides(k);
  }
  for (NodeId i = 0; i < nodes_.size(); ++i) {
    Node& node = *nodes_[i];
    MixOperation<Real>& operation = *mixes_[i];
    node.host.begun().pop_front();
    operation.result.swap(operation.at(static_cast<std::uint32_t>(operation.steps)));
    if (whole) node.peer.account(whole_->robust(i));
    node.peer.finish(operation);
    node.peer.release(operation);
  }
}

template <class Real>
void Lockstep<Real>::gossip_step(std::uint32_t k) {
  const auto kernel = mix_kernel<Real>();
  for (NodeId i = 0; i < nodes_.size(); ++i) {
    MixOperation<Real>& own = *mixes_[i];
    const GossipRow row = gossip_.row(own.round + k, i);
    const double omega = own.omega(k);
    const auto size = static_cast<std::size_t>(own.y[0].size());
    values_.clear();
    weights_.clear();
    for (const NodeId j : row.sources) values_.push_back(mixes_[j]->at(k).data());
    for (const double w : row.weights) weights_.push_back(static_cast<Real>(w * own.scale()));
    const Real* y = own.at(k).data();
    Real* out = own.at(k + 1).data();
    kernel(y, omega != 0 ? out : nullptr, values_.data(), weights_.data(), values_.size(),
           static_cast<Real>(omega), size, out);
    add_excess(static_cast<Real>(row.excess), y, size, out);
  }
}

template <class Real>
void Lockstep<Real>::merge_rides(std::uint32_t k) {
  for (NodeId i = 0; i < nodes_.size(); ++i) rides_before_[i] = *mixes_[i]->ride;
  for (NodeId i = 0; i < nodes_.size(); ++i) {
    MixOperation<Real>& own = *mixes_[i];
    const GossipRow row = gossip_.row(own.round + k, i);
    rides_.clear();
    for (const NodeId j : row.sources) rides_.push_back(&rides_before_[j]);
    merge(*own.ride, rides_, row.weights, own.scale(), own.omega(k));
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
