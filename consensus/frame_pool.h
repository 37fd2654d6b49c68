#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace starling {

// Frames of helper coroutines, used again: an algorithm calls the same helpers in every step, and
// after the first steps nothing is to be allocated.
//
// Threads   one for each thread; a frame is given back on the thread that it was taken on.
class FramePool {
 public:
  static void* take(std::size_t size) {
    FramePool& pool = mine();
    for (std::size_t i = 0; i < pool.count_; ++i)
      if (pool.free_[i].size == size) {
        void* frame = pool.free_[i].memory;
        pool.free_[i] = pool.free_[--pool.count_];
        return frame;
      }
    return ::operator new(size);
  }
  static void give(void* memory, std::size_t size) noexcept {
    FramePool& pool = mine();
    if (pool.count_ < pool.free_.size())
      pool.free_[pool.count_++] = {memory, size};
    else
      ::operator delete(memory);
  }

 private:
  struct Frame {
    void* memory;
    std::size_t size;
  };
  ~FramePool() {
    while (count_ > 0) ::operator delete(free_[--count_].memory);
  }
  static FramePool& mine() {
    thread_local FramePool pool;
    return pool;
  }

  std::array<Frame, 16> free_{};
  std::size_t count_ = 0;
};

}  // namespace starling
