#include "node/rounds/whole_stream.h"

#include <algorithm>
#include <cstring>

#include "consensus/peer.h"

namespace starling {

template <class Real>
WholeStream<Real>::WholeStream(std::shared_ptr<const MixSetup<Real>> setup, Liar<Real>& liar,
                               RobustMix<Real>& robust)
    : NodeStream<Real>(std::move(setup)),
      liar_(liar),
      robust_(robust),
      neighbors_(setup_.links.size()) {}

template <class Real>
void WholeStream<Real>::begin(MixOperation<Real>& operation) {
  operation_ = &operation;
  const auto size = operation.y[0].size();
  row_ = setup_.gossip.row(operation.round, setup_.self);
  if (operation.steps != 1 || row_.sources.size() != neighbors_.size())
    throw std::logic_error("a mix of whole vectors is one gossip step on a static graph");
  chunks_ = Chunks::of(static_cast<std::size_t>(size), setup_.chunk_bytes, sizeof(Real));
  filled_ = 0;
  lied_ = computing_ = finished_ = false;
  sent_.begin(chunks_);
  if (operation.ride) sent_.ride = encode(*operation.ride);
  for (std::size_t slot = 0; slot < neighbors_.size(); ++slot) {
    Neighbor& neighbor = neighbors_[slot];
    neighbor.chunks = 0;
    if (neighbor.heard.size() != size) neighbor.heard = Vector<Real>(setup_.pool, size);
    if (!lies_to(slot)) continue;
    if (neighbor.lie.size() != size) neighbor.lie = Vector<Real>(setup_.pool, size);
    neighbor.sent_lie.begin(chunks_);
  }
  this->open();
}

template <class Real>
bool WholeStream<Real>::advance() {
  bool moved = false;
  for (std::size_t slot = 0; slot < neighbors_.size(); ++slot)
    while (take_chunk(slot)) moved = true;
  if (!liar_.lies() || lied_ || !own_stands()) return moved;
  for (std::size_t slot = 0; slot < neighbors_.size(); ++slot)
    if (lies_to(slot) && neighbors_[slot].chunks < chunks_.count()) return moved;
  lie();
  return true;
}

// Copies the neighbor's next chunk, if it has come.
template <class Real>
bool WholeStream<Real>::take_chunk(std::size_t slot) {
  Neighbor& neighbor = neighbors_[slot];
  Link& link = *setup_.links[slot];
  if (neighbor.chunks == chunks_.count()) return false;
  const Incoming* frame = link.front(number());
  if (!frame) return false;
  const std::size_t begin = chunks_.begin(neighbor.chunks), count = chunks_.size(neighbor.chunks);
  if (frame->k != 0 || frame->chunk != neighbor.chunks ||
      frame->values.size() != count * sizeof(Real))
    throw ProtocolError(link.peer(), "a chunk of another shape than this mix has");
  if (operation_->ride && neighbor.chunks == 0)
    decode_ride(*frame, link.peer(), operation_->ride->table.size(), neighbor.ride);
  std::memcpy(neighbor.heard.data() + begin, frame->values.data(), count * sizeof(Real));
  link.take(number());
  ++neighbor.chunks;
  return true;
}

template <class Real>
void WholeStream<Real>::lie() {
  heard_.clear();
  lies_.clear();
  for (Neighbor& neighbor : neighbors_) {
    heard_.push_back(neighbor.heard.data());
    lies_.push_back(neighbor.lie.data());
  }
  liar_.lie(number(), operation_->round, setup_.gossip, operation_->at(0).data(), heard_,
            chunks_.dimension, lies_);
  lied_ = true;
}

template <class Real>
bool WholeStream<Real>::ripe() const {
  return !computing_ && own_stands() &&
         std::all_of(neighbors_.begin(), neighbors_.end(),
                     [&](const Neighbor& j) { return j.chunks == chunks_.count(); });
}

template <class Real>
void WholeStream<Real>::compute() {
  computing_ = true;
  heard_.clear();
  for (const Neighbor& neighbor : neighbors_) heard_.push_back(neighbor.heard.data());
  try {
    robust_.combine(operation_->at(0).data(), heard_, row_, chunks_.dimension,
                    operation_->at(1).data());
  } catch (...) {  // an objective that cannot say its loss: the program's affair
    operation_->error = std::current_exception();
  }
}

template <class Real>
void WholeStream<Real>::computed(Peer<Real>& peer) {
  if (!operation_->error) peer.account(robust_);
  if (operation_->ride) {
    rides_.clear();
    for (const Neighbor& neighbor : neighbors_) rides_.push_back(&neighbor.ride);
    merge(*operation_->ride, rides_, row_.weights, operation_->scale(), operation_->omega(0));
  }
  operation_->result.swap(operation_->at(1));
  finished_ = true;
}

template <class Real>
std::uint32_t WholeStream<Real>::ready(std::size_t slot) const {
  if (lies_to(slot)) return lied_ ? chunks_.count() : 0;
  return own_stands() ? chunks_.count() : static_cast<std::uint32_t>(filled_ / chunks_.length);
}

template <class Real>
Outgoing WholeStream<Real>::outgoing(std::size_t slot, std::uint32_t position) {
  Neighbor& to = neighbors_[slot];
  Outgoing out = lies_to(slot) ? to.sent_lie.frame(to.lie, 0, position, setup_.hash_payload)
                               : sent_.frame(operation_->at(0), 0, position, setup_.hash_payload);
  if (operation_->ride && position == 0) out.ride = sent_.ride;
  return out;
}

template <class Real>
bool WholeStream<Real>::released() const {
  for (std::size_t slot = 0; slot < neighbors_.size(); ++slot) {
    if (!setup_.links[slot]->acknowledged(number(), chunks_.count())) return false;
    if (lies_to(slot) && neighbors_[slot].sent_lie.in_flight()) return false;
  }
  return !sent_.in_flight();
}

template <class Real>
const Link* WholeStream<Real>::waiting_for() const {
  for (std::size_t slot = 0; slot < neighbors_.size(); ++slot)
    if (neighbors_[slot].chunks < chunks_.count()) return setup_.links[slot];
  return nullptr;
}

template class WholeStream<float>;
template class WholeStream<double>;

}  // namespace starling
