#include "consensus/pool.h"

#include <sys/mman.h>

#include <cassert>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

namespace starling {

namespace {
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kAskForHugePages = std::size_t{1} << 20;

std::byte* allocate(std::size_t bytes) {
  const std::size_t alignment = bytes >= kAskForHugePages ? kHugePage : kAlignment;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  auto* data =
      static_cast<std::byte*>(std::aligned_alloc(alignment, rounded ? rounded : alignment));
  if (!data) throw std::bad_alloc();
  if (bytes >= kAskForHugePages) madvise(data, rounded, MADV_HUGEPAGE);  // advice: may be declined
  return data;
}
}  // namespace

void Buffer::release() {
  if (block_ && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    block_->pool->give_back(block_);
  block_ = nullptr;
}

Pool::~Pool() {
  for (const auto& block : blocks_) {
    assert(block->references.load() == 0 && "a buffer outlives its pool");
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->bytes);
    std::free(block->data);
  }
}

Buffer Pool::take(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = free_.size(); i-- > 0;) {
    if (free_[i]->bytes != bytes) continue;
    Buffer::Block* block = free_[i];
    free_[i] = free_.back();
    free_.pop_back();
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->bytes);
    block->references.store(1, std::memory_order_relaxed);
    return Buffer(block);
  }
  auto block = std::make_unique<Buffer::Block>();
  block->bytes = bytes;
  block->data = allocate(bytes);
  block->pool = this;
  block->references.store(1, std::memory_order_relaxed);
  blocks_.push_back(std::move(block));
  free_.reserve(blocks_.size());
  return Buffer(blocks_.back().get());
}

void Pool::give_back(Buffer::Block* block) {
  const std::lock_guard lock(mutex_);
  ASAN_POISON_MEMORY_REGION(block->data, block->bytes);
  free_.push_back(block);
}

std::size_t Pool::allocated_bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const auto& block : blocks_) bytes += block->bytes;
  return bytes;
}

}  // namespace starling
