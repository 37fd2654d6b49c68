#include "node/mix_stream.h"

#include "consensus/kernels/mix.h"

namespace starling {

namespace {
// Below this a payload is copied into the frame; from here on it travels as a message part of its
// own, so that one zero-copy payload serves all neighbors.
constexpr std::size_t kShareFrom = 64 * 1024;
}  // namespace

template <class Real>
MixStream<Real>::MixStream(std::span<const Real> weights, std::span<const double> ride_weights,
                           std::span<Link* const> links,
                           Pool& pool, std::uint64_t chunk_bytes, bool hash_payload)
    : weights_(weights),
      ride_weights_(ride_weights),
      links_(links),
      pool_(pool),
      chunk_bytes_(chunk_bytes),
      hash_(hash_payload),
      rides_(links.size()) {}

template <class Real>
void MixStream<Real>::begin(MixOperation<Real>& operation) {
  operation_ = &operation;
  chunks_ = Chunks::of(static_cast<std::size_t>(operation.y[0].size()), chunk_bytes_, sizeof(Real));
  chunk_count_ = chunks_.count();
  positions_ = chunk_count_ * static_cast<std::uint32_t>(operation.steps);
  next_ = 0;
  filled_ = 0;
  if (operation.ride) ride_bytes_[0] = encode(*operation.ride);
  for (int which : {0, 1}) {
    if (!in_flight_[which] || in_flight_[which]->size() != chunk_count_)
      in_flight_[which] = std::make_shared<std::vector<std::atomic<int>>>(chunk_count_);
    hashes_[which].resize(chunk_count_);
    hashed_[which].assign(chunk_count_, UINT32_MAX);
  }
  for (Link* link : links_) link->open(operation.stream, *this);
}

template <class Real>
std::uint32_t MixStream<Real>::ready() const {
  // Chunks of y_0 that stand whole, and one gossip step beyond each position that is mixed.
  if (chunks_.dimension > 0 && filled_ < chunks_.dimension)
    return std::min<std::uint32_t>(static_cast<std::uint32_t>(filled_ / chunks_.length),
                                   chunk_count_);
  return std::min(next_ + chunk_count_, positions_);
}

template <class Real>
bool MixStream<Real>::advance() {
  bool moved = false;
  const auto kernel = mix_kernel<Real>();
  while (next_ < positions_ && next_ < ready()) {
    arrived_.clear();
    for (Link* link : links_) {
      const Incoming* frame = link->front(number());
      if (!frame) return moved;
      arrived_.push_back(frame);
    }
    const std::uint32_t k = next_ / chunk_count_, chunk = next_ % chunk_count_;
    const std::size_t count = chunks_.size(chunk), begin = chunks_.begin(chunk);
    neighbors_.clear();
    for (std::size_t j = 0; j < links_.size(); ++j) {
      const Incoming& frame = *arrived_[j];
      if (frame.k != k || frame.chunk != chunk || frame.values.size() != count * sizeof(Real))
        throw ProtocolError(links_[j]->peer(), "a chunk of another shape than this mix has");
      neighbors_.push_back(reinterpret_cast<const Real*>(frame.values.data()));
    }
    const int now = static_cast<int>(k % 2), next = 1 - now;
    const double omega = operation_->plan ? operation_->plan->omega[k] : 0;
    if (operation_->ride && chunk == 0) mix_ride(arrived_, omega);
    if (count > 0) {
      make_writable(next, chunk);
      Real* out = operation_->y[next].data() + begin;
      kernel(operation_->y[now].data() + begin, omega != 0 ? out : nullptr, neighbors_.data(),
             weights_.data(), neighbors_.size(), static_cast<Real>(omega), count, out);
    }
    for (Link* link : links_) link->take(number());
    ++next_;
    moved = true;
  }
  if (finished() && operation_->result.size() == 0)
    operation_->result.swap(operation_->y[operation_->steps % 2]);
  return moved;
}

template <class Real>
void MixStream<Real>::mix_ride(std::span<const Incoming* const> arrived, double omega) {
  Ride& own = *operation_->ride;
  ride_pointers_.clear();
  for (std::size_t j = 0; j < arrived.size(); ++j) {
    if (!decode(arrived[j]->ride, own.table.size(), rides_[j]))
      throw ProtocolError(links_[j]->peer(), "a ride block of another shape than this run has");
    ride_pointers_.push_back(&rides_[j]);
  }
  merge(own, ride_pointers_, ride_weights_, operation_->plan ? operation_->plan->scale : 0, omega);
  ride_bytes_[(gossip_step() + 1) % 2] = encode(own);
}

template <class Real>
void MixStream<Real>::make_writable(int which, std::uint32_t chunk) {
  if ((*in_flight_[which])[chunk].load(std::memory_order_acquire) == 0) return;
  // A frame of y_{k-1}(c) still waits, on a dying connection most likely: it keeps the old buffer.
  Vector<Real> fresh(pool_, operation_->y[which].size());
  static_cast<typename Vector<Real>::Base&>(fresh) = operation_->y[which];
  operation_->y[which] = std::move(fresh);
  in_flight_[which] = std::make_shared<std::vector<std::atomic<int>>>(chunk_count_);
}

template <class Real>
Outgoing MixStream<Real>::outgoing(std::uint32_t position) {
  const std::uint32_t k = position / chunk_count_, chunk = position % chunk_count_;
  const int which = static_cast<int>(k % 2);
  const Vector<Real>& y = operation_->y[which];
  Outgoing out;
  out.k = static_cast<std::uint16_t>(k);
  out.chunk = chunk;
  if (operation_->ride && chunk == 0) out.ride = ride_bytes_[which];
  out.values =
      std::as_bytes(std::span<const Real>(y.data() + chunks_.begin(chunk), chunks_.size(chunk)));
  if (hash_) {
    if (hashed_[which][chunk] != position) hashes_[which][chunk] = hash_payload(out.values);
    hashed_[which][chunk] = position;
    out.values_hash = hashes_[which][chunk];
  }
  if (out.values.size() >= kShareFrom) {
    // The frame keeps the buffer alive, and the count of its chunk up, until the transport lets go
    // of it.
    struct Held {
      Buffer buffer;
      InFlight counts;
      std::uint32_t chunk;
      ~Held() { (*counts)[chunk].fetch_sub(1, std::memory_order_release); }
    };
    (*in_flight_[which])[chunk].fetch_add(1, std::memory_order_relaxed);
    out.shared = SharedBytes{out.values.data(), out.values.size(),
                             std::shared_ptr<Held>(new Held{y.buffer(), in_flight_[which], chunk})};
  }
  return out;
}

template <class Real>
bool MixStream<Real>::released() const {
  for (Link* link : links_)
    if (!link->acknowledged(number(), positions_)) return false;
  for (const InFlight& counts : in_flight_)
    for (const auto& count : *counts)
      if (count.load(std::memory_order_acquire) != 0) return false;
  return true;
}

template <class Real>
void MixStream<Real>::forget() {
  for (Link* link : links_) link->forget_source(number());
}

template <class Real>
const Link* MixStream<Real>::waiting_for() const {
  if (next_ < ready())
    for (Link* link : links_)
      if (!link->front(number())) return link;
  return nullptr;
}

template class MixStream<float>;
template class MixStream<double>;

}  // namespace starling
