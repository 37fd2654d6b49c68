#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "node/data/data_store.h"

namespace starling {

// Numbers side by side, in memory or in a store. A copy and a slice share what they are made of
// until one of them is written to; that one then gets bytes of its own.
//
// Cost      grows by an eighth: more room moves page tables, not bytes, once there are many.
// Errors    ConfigError of a store without room; std::bad_alloc of memory.
template <class T>
class Array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;
  using iterator = const T*;
  using const_iterator = const T*;

  explicit Array(DataStore store = {}) : store_(std::move(store)) {}
  // The `size` numbers from `first` on, which stand in `block`.
  Array(DataStore store, std::shared_ptr<Block> block, const T* first, std::size_t size)
      : store_(std::move(store)), block_(std::move(block)), first_(first), size_(size) {}
  Array(const Array& other) : Array(other.slice(0, other.size_)) {}
  Array(Array&& other) noexcept { swap(other); }
  Array& operator=(Array other) noexcept {
    swap(other);
    return *this;
  }
  ~Array() = default;

  const DataStore& store() const { return store_; }
  const T* data() const { return first_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* begin() const { return first_; }
  const T* end() const { return first_ + size_; }
  const T& operator[](std::size_t k) const { return first_[k]; }
  const T& front() const { return first_[0]; }
  const T& back() const { return first_[size_ - 1]; }

  // To be written to, and nobody else's.
  std::span<T> writable() {
    if (size_ > 0 && !(sole() && block_->writable())) {
      move_to(store_.block(), size_);
      seal();
    }
    return {const_cast<T*>(first_), size_};
  }
  void push_back(T value) {
    make_room(1);
    const_cast<T*>(first_)[size_++] = value;
  }
  // Requires  numbers of another array.
  void append(const T* from, std::size_t count) {
    if (count == 0) return;
    make_room(count);
    std::memcpy(const_cast<T*>(first_) + size_, from, count * sizeof(T));
    size_ += count;
  }
  // All are there: gives back the room beyond them.
  void seal() {
    if (capacity_ == 0 || !sole() || !block_->grows()) return;
    block_->seal(size_ * sizeof(T));
    capacity_ = size_;
  }
  void clear() { *this = Array(store_); }
  Array slice(std::size_t begin, std::size_t count) const {
    return Array(store_, block_, first_ + begin, count);
  }

  friend bool operator==(const Array& a, std::span<const T> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  friend bool operator==(const Array& a, const Array& b) { return a == std::span<const T>(b); }

 private:
  bool sole() const { return block_.use_count() == 1; }
  void make_room(std::size_t more) {
    const std::size_t needed = size_ + more;
    const bool own = capacity_ > 0 && sole();
    if (own && needed <= capacity_) return;
    const std::size_t room = std::max({needed, size_ + size_ / 8, std::size_t{16}});
    if (own && block_->grows())
      move_within(room);
    else
      move_to(store_.block(), room);
  }
  void move_within(std::size_t room) {
    first_ = static_cast<const T*>(block_->resize(room * sizeof(T)));
    capacity_ = room;
  }
  void move_to(std::shared_ptr<Block> block, std::size_t room) {
    T* const target = static_cast<T*>(block->resize(room * sizeof(T)));
    std::copy(begin(), end(), target);
    block_ = std::move(block);
    first_ = target;
    capacity_ = room;
  }
  void swap(Array& other) noexcept {
    std::swap(store_, other.store_);
    std::swap(block_, other.block_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  DataStore store_;
  std::shared_ptr<Block> block_;  // null: empty
  const T* first_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;  // capacity 0: of a slice or a copy
};

}  // namespace starling
