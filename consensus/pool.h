#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace starling {

class Pool;

// One reference to a pooled block; the last one to go, on whichever thread, gives the block back to
// its pool.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer& other) : block_(other.block_) {
    if (block_) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Buffer() { release(); }

  std::byte* data() const { return block_ ? block_->data : nullptr; }
  std::size_t size() const { return block_ ? block_->bytes : 0; }
  Pool* pool() const { return block_ ? block_->pool : nullptr; }
  explicit operator bool() const { return block_ != nullptr; }

 private:
  friend class Pool;
  struct Block {
    std::atomic<int> references{0};
    std::size_t bytes = 0;
    std::byte* data = nullptr;
    Pool* pool = nullptr;
  };
  explicit Buffer(Block* block) : block_(block) {}
  void release();
  Block* block_ = nullptr;
};

// Blocks of memory that are used again: 64-byte aligned, huge pages asked for from 1 MiB on. A free
// block is poisoned under AddressSanitizer, so that reading a result after its operation is seen.
//
// Threads   take() and the release of buffers from any thread.
// Requires  the pool outlives its buffers.
class Pool {
 public:
  Pool() = default;
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Buffer take(std::size_t bytes);  // contents unspecified
  std::size_t allocated_bytes() const;

 private:
  friend class Buffer;
  void give_back(Buffer::Block* block);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Buffer::Block>> blocks_;
  std::vector<Buffer::Block*> free_;  // few sizes, few blocks: searched from the end
};

}  // namespace starling
