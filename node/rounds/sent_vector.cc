#include "node/rounds/sent_vector.h"

#include <algorithm>

namespace starling {

namespace {
// Below this a payload is copied into the frame; from here on it travels as a message part of its
// own, so that one zero-copy payload serves all neighbors.
constexpr std::size_t kShareFrom = 64 * 1024;
}  // namespace

void SentVector::begin(const Chunks& chunks) {
  chunks_ = chunks;
  if (!counts_ || counts_->size() != chunks.count())
    counts_ = std::make_shared<std::vector<std::atomic<int>>>(chunks.count());
  hashes_.resize(chunks.count());
  hashed_.assign(chunks.count(), UINT32_MAX);
}

void SentVector::forget() {
  counts_ = std::make_shared<std::vector<std::atomic<int>>>(chunks_.count());
}

bool SentVector::in_flight() const {
  return std::any_of(counts_->begin(), counts_->end(), [](const std::atomic<int>& count) {
    return count.load(std::memory_order_acquire) != 0;
  });
}

template <class Real>
Outgoing SentVector::frame(const Vector<Real>& y, std::uint32_t k, std::uint32_t chunk, bool hash) {
  Outgoing out;
  out.k = static_cast<std::uint16_t>(k);
  out.chunk = chunk;
  out.values =
      std::as_bytes(std::span<const Real>(y.data() + chunks_.begin(chunk), chunks_.size(chunk)));
  if (hash) {
    if (hashed_[chunk] != k) hashes_[chunk] = hash_payload(out.values);
    hashed_[chunk] = k;
    out.values_hash = hashes_[chunk];
  }
  if (out.values.size() >= kShareFrom) {
    // The frame keeps the buffer alive, and the count of its chunk up, until the transport lets go
    // of it.
    struct Held {
      Buffer values;
      Counts counts;
      std::uint32_t chunk;
      ~Held() { (*counts)[chunk].fetch_sub(1, std::memory_order_release); }
    };
    (*counts_)[chunk].fetch_add(1, std::memory_order_relaxed);
    out.shared = SharedBytes{out.values.data(), out.values.size(),
                             std::shared_ptr<Held>(new Held{y.buffer(), counts_, chunk})};
  }
  return out;
}

template Outgoing SentVector::frame(const Vector<float>&, std::uint32_t, std::uint32_t, bool);
template Outgoing SentVector::frame(const Vector<double>&, std::uint32_t, std::uint32_t, bool);

}  // namespace starling
