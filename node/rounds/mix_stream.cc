#include "node/rounds/mix_stream.h"

#include <algorithm>

#include "consensus/kernels/mix.h"

namespace starling {

template <class Real>
void MixStream<Real>::begin(MixOperation<Real>& operation) {
  operation_ = &operation;
  chunks_ =
      Chunks::of(static_cast<std::size_t>(operation.y[0].size()), setup_.chunk_bytes, sizeof(Real));
  chunk_count_ = chunks_.count();
  positions_ = chunk_count_ * static_cast<std::uint32_t>(operation.steps);
  next_ = 0;
  filled_ = 0;
  read_steps();
  sent_.resize(operation.y.size());
  for (SentVector& sent : sent_) sent.begin(chunks_);
  if (operation.ride) sent_[0].ride = encode(*operation.ride);
  this->open();
}

// This node's rows of W in the rounds of this mix.
template <class Real>
void MixStream<Real>::read_steps() {
  changes_ = setup_.gossip.changes();
  const auto& ranks = setup_.ranks;
  const auto slot_of = [&](NodeId rank) {
    return static_cast<std::size_t>(std::lower_bound(ranks.begin(), ranks.end(), rank) -
                                    ranks.begin());
  };
  steps_.resize(changes_ ? static_cast<std::size_t>(operation_->steps) : 1);
  for (auto& steps : carried_) steps.clear();
  for (std::uint32_t k = 0; k < steps_.size(); ++k) {
    const GossipRow row = setup_.gossip.row(operation_->round + k, setup_.self);
    Step& step = steps_[k];
    step.sources.clear();
    step.weights.clear();
    for (const NodeId j : row.sources) step.sources.push_back(slot_of(j));
    for (const double w : row.weights)
      step.weights.push_back(static_cast<Real>(w * operation_->scale()));
    step.ride_weights.assign(row.weights.begin(), row.weights.end());
    step.excess = row.excess;
    if (changes_)
      for (const NodeId j : row.targets) carried_[slot_of(j)].push_back(k);
  }
}

// Chunks of y_0 that stand whole, and one gossip step beyond each position that is mixed.
template <class Real>
std::uint32_t MixStream<Real>::standing() const {
  if (chunks_.dimension > 0 && filled_ < chunks_.dimension)
    return std::min<std::uint32_t>(static_cast<std::uint32_t>(filled_ / chunks_.length),
                                   chunk_count_);
  return std::min(next_ + chunk_count_, positions_);
}

template <class Real>
std::uint32_t MixStream<Real>::ready(std::size_t slot) const {
  const std::uint32_t limit = standing();
  if (!changes_) return limit;
  const std::uint32_t whole = limit / chunk_count_;
  const auto& steps = carried_[slot];
  const auto at = std::lower_bound(steps.begin(), steps.end(), whole);
  const auto before = static_cast<std::uint32_t>(at - steps.begin()) * chunk_count_;
  return before + (at != steps.end() && *at == whole ? limit % chunk_count_ : 0);
}

// Positions of this mix that link `slot` carries in all.
template <class Real>
std::uint32_t MixStream<Real>::carries(std::size_t slot) const {
  if (!changes_) return positions_;
  return static_cast<std::uint32_t>(carried_[slot].size()) * chunk_count_;
}

template <class Real>
bool MixStream<Real>::advance() {
  bool moved = false;
  const auto kernel = mix_kernel<Real>();
  while (next_ < positions_ && next_ < standing()) {
    const std::uint32_t k = next_ / chunk_count_, chunk = next_ % chunk_count_;
    const Step& now = step(k);
    arrived_.clear();
    for (const std::size_t slot : now.sources) {
      const Incoming* frame = setup_.links[slot]->front(number());
      if (!frame) return moved;
      arrived_.push_back(frame);
    }
    const std::size_t count = chunks_.size(chunk), begin = chunks_.begin(chunk);
    values_.clear();
    for (std::size_t j = 0; j < arrived_.size(); ++j) {
      const Incoming& frame = *arrived_[j];
      if (frame.k != k || frame.chunk != chunk || frame.values.size() != count * sizeof(Real))
        throw ProtocolError(setup_.links[now.sources[j]]->peer(),
                            "a chunk of another shape than this mix has");
      values_.push_back(reinterpret_cast<const Real*>(frame.values.data()));
    }
    if (operation_->ride && chunk == 0) mix_ride(now, k);
    if (count > 0) {
      make_writable(k + 1, chunk);
      const double omega = operation_->omega(k);
      const Real* own = operation_->at(k).data() + begin;
      Real* out = operation_->at(k + 1).data() + begin;
      kernel(own, omega != 0 ? out : nullptr, values_.data(), now.weights.data(), values_.size(),
             static_cast<Real>(omega), count, out);
      add_excess(static_cast<Real>(now.excess), own, count, out);
    }
    for (const std::size_t slot : now.sources) setup_.links[slot]->take(number());
    ++next_;
    moved = true;
  }
  if (finished() && operation_->result.size() == 0)
    operation_->result.swap(operation_->at(static_cast<std::uint32_t>(operation_->steps)));
  return moved;
}

template <class Real>
void MixStream<Real>::mix_ride(const Step& now, std::uint32_t k) {
  Ride& own = *operation_->ride;
  ride_pointers_.clear();
  for (std::size_t j = 0; j < arrived_.size(); ++j) {
    decode_ride(*arrived_[j], setup_.links[now.sources[j]]->peer(), own.table.size(), rides_[j]);
    ride_pointers_.push_back(&rides_[j]);
  }
  merge(own, ride_pointers_, now.ride_weights, operation_->scale(), operation_->omega(k));
  sent(k + 1).ride = encode(own);
}

template <class Real>
void MixStream<Real>::make_writable(std::uint32_t k, std::uint32_t chunk) {
  if (!sent(k).in_flight(chunk)) return;
  // A frame of y_{k-2}(c) still waits, on a dying connection most likely: it keeps the old buffer.
  Vector<Real>& y = operation_->at(k);
  Vector<Real> fresh(setup_.pool, y.size());
  static_cast<typename Vector<Real>::Base&>(fresh) = y;
  y = std::move(fresh);
  sent(k).forget();
}

template <class Real>
Outgoing MixStream<Real>::outgoing(std::size_t slot, std::uint32_t position) {
  const std::uint32_t nth = position / chunk_count_, chunk = position % chunk_count_;
  const std::uint32_t k = changes_ ? carried_[slot][nth] : nth;
  Outgoing out = sent(k).frame(operation_->at(k), k, chunk, setup_.hash_payload);
  if (operation_->ride && chunk == 0) out.ride = sent(k).ride;
  return out;
}

template <class Real>
bool MixStream<Real>::released() const {
  for (std::size_t slot = 0; slot < setup_.links.size(); ++slot)
    if (!setup_.links[slot]->acknowledged(number(), carries(slot))) return false;
  return std::none_of(sent_.begin(), sent_.end(),
                      [](const SentVector& sent) { return sent.in_flight(); });
}

template <class Real>
const Link* MixStream<Real>::waiting_for() const {
  if (next_ >= positions_ || next_ >= standing()) return nullptr;
  for (const std::size_t slot : step(next_ / chunk_count_).sources)
    if (!setup_.links[slot]->front(number())) return setup_.links[slot];
  return nullptr;
}

template class MixStream<float>;
template class MixStream<double>;

}  // namespace starling
