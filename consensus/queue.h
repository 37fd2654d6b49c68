#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace starling {

// First in, first out, without allocating once it has held its most: std::deque asks for a new
// block every few dozen values for ever. Meant for short queues that run empty often.
template <class T>
class Queue {
 public:
  bool empty() const { return head_ == values_.size(); }
  T& front() { return values_[head_]; }
  void push_back(T value) { values_.push_back(std::move(value)); }
  void pop_front() {
    if (++head_ < values_.size()) return;
    values_.clear();
    head_ = 0;
  }

 private:
  std::vector<T> values_;
  std::size_t head_ = 0;
};

}  // namespace starling
