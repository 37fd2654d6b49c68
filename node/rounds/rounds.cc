#include "node/rounds/rounds.h"

#include "consensus/aggregators/requirements.h"

namespace starling {

template <class Real>
Rounds<Real>::Rounds(const Settings& settings, const Agreement& agreement, const View& view,
                     NodeId self, Objective& objective, Network& network, Pump& pump, Pool& pool)
    : objective_(objective),
      network_(network),
      pump_(pump),
      view_(view),
      rank_(view.rank(self)),
      pool_(pool),
      chunk_bytes_(settings.chunk),
      hash_payload_(settings.checksum == "payload"),
      gossip_(agreement),
      objective_scale_(agreement.objective_scale.empty() ? 1 : agreement.objective_scale[rank_]),
      whole_(mixes_whole_vectors(settings)),
      liar_(settings, self),
      robust_(settings.mixing,
              [&objective](const Real* x) { return objective.gradient<Real>(x, nullptr); }) {}

template <class Real>
void Rounds<Real>::detach() {
  if (detached_) return;
  pump_.gradients().wait();
  const auto lock = pump_.lock();
  detached_ = true;
  for (auto& stream : active_) stream->forget();
  active_.clear();
  told_.clear();
}

// The links and rows of the graph in force: the first one's, or another's after a switch, which is
// of all nodes.
template <class Real>
void Rounds<Real>::adopt(const Agreement& agreement) {
  if (adopted_) network_.use(agreement.matrix.graph, peer_->streams() - 1);
  adopted_ = &agreement;
  gossip_.adopt(agreement);
  std::vector<Link*> links;
  std::vector<NodeId> ranks;
  for (Link* link : network_.links()) {
    const NodeId peer = link->peer();
    if (!view_.holds(peer) || !agreement.matrix.graph.adjacent(rank_, view_.rank(peer))) continue;
    links.push_back(link);
    ranks.push_back(view_.rank(peer));
  }
  setup_ = std::make_shared<const MixSetup<Real>>(MixSetup<Real>{
      rank_, gossip_, std::move(ranks), std::move(links), pool_, chunk_bytes_, hash_payload_});
  spare_.clear();
  spare_whole_.clear();
}

// Rides settle by themselves, without a vector to be mistrusted.
template <class Real>
auto Rounds<Real>::spare(const MixOperation<Real>& operation) -> Streams& {
  return whole_ && operation.y[0].size() > 0 ? spare_whole_ : spare_;
}

template <class Real>
void Rounds<Real>::start_mix(MixOperation<Real>& operation) {
  const auto lock = pump_.lock();
  if (&peer_->agreement() != adopted_) adopt(peer_->agreement());
  Streams& spare = this->spare(operation);
  if (spare.empty()) {
    if (&spare == &spare_whole_)
      spare.push_back(std::make_unique<WholeStream<Real>>(setup_, liar_, robust_));
    else
      spare.push_back(std::make_unique<MixStream<Real>>(setup_));
  }
  active_.push_back(std::move(spare.back()));
  told_.push_back(false);
  spare.pop_back();
  active_.back()->begin(operation);
}

template <class Real>
void Rounds<Real>::filled(MixOperation<Real>& operation, std::size_t count) {
  const auto lock = pump_.lock();
  for (auto& stream : active_)
    if (&stream->operation() == &operation) stream->filled(count);
  // Amid a long vector the sockets are moved between its chunks: writing it may take longer than
  // the grace, and the stand-in, which sees us come by all the time, stays away.
  if (count < static_cast<std::size_t>(operation.y[0].size()))
    network_.pump(Instant(0));
  else
    network_.flush();
}

template <class Real>
void Rounds<Real>::start_gradient(GradientOperation<Real>& operation) {
  if (working())
    waiting_gradients_.push_back(&operation);
  else if (compute(operation))
    peer_->finish(operation);
  else
    gradient_ = &operation;
}

// Whether it is computed already.
template <class Real>
bool Rounds<Real>::compute(GradientOperation<Real>& operation) {
  const auto job = [this, &operation] {
    try {
      starling::evaluate(objective_, objective_scale_, operation);
    } catch (...) {
      operation.error = std::current_exception();
    }
  };
  return pump_.gradients().start(job, gradient_took_);
}

// The rule of a stream that is ripe.
template <class Real>
void Rounds<Real>::compute(NodeStream<Real>& stream) {
  if (pump_.gradients().start([&stream] { stream.compute(); }, rule_took_))
    stream.computed(*peer_);
  else
    computed_ = &stream;
}

// Takes in the job that has ended, and begins those that waited for it.
template <class Real>
bool Rounds<Real>::finish_job() {
  if (!working() || !pump_.gradients().poll()) return false;
  if (computed_)
    std::exchange(computed_, nullptr)->computed(*peer_);
  else
    peer_->finish(*std::exchange(gradient_, nullptr));
  while (!working() && !waiting_gradients_.empty()) {
    GradientOperation<Real>& next = *waiting_gradients_.front();
    waiting_gradients_.pop_front();
    start_gradient(next);
  }
  return true;
}

template <class Real>
bool Rounds<Real>::advance() {
  if (detached_) return false;
  bool finished = finish_job();
  for (std::size_t s = 0; s < active_.size(); ++s) {
    NodeStream<Real>& stream = *active_[s];
    if (told_[s]) continue;
    try {
      stream.advance();
    } catch (const ProtocolError& error) {
      network_.end_session(error.peer, error.what());
      continue;
    }
    if (!working() && stream.ripe()) compute(stream);
    if (!stream.finished()) continue;
    told_[s] = true;
    finished = true;
    peer_->finish(stream.operation());
  }
  recycle();
  network_.flush();
  return finished;
}

template <class Real>
void Rounds<Real>::recycle() {
  std::uint32_t done = peer_->streams();
  for (std::size_t s = 0; s < active_.size(); ++s)
    if (!told_[s]) {
      done = active_[s]->number();
      break;
    }
  network_.streams_finished(done);
  for (std::size_t s = 0; s < active_.size();) {
    if (!told_[s] || !active_[s]->released()) {
      ++s;
      continue;
    }
    active_[s]->forget();
    peer_->release(active_[s]->operation());
    if (active_[s]->made_for(*setup_))
      spare(active_[s]->operation()).push_back(std::move(active_[s]));
    active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(s));
    told_.erase(told_.begin() + static_cast<std::ptrdiff_t>(s));
  }
}

template <class Real>
const Link* Rounds<Real>::waiting_for() const {
  for (std::size_t s = 0; s < active_.size(); ++s)
    if (!told_[s]) return active_[s]->waiting_for();
  return nullptr;
}

template class Rounds<float>;
template class Rounds<double>;

}  // namespace starling
