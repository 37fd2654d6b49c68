#pragma once

#include <Eigen/Core>
#include <algorithm>

#include "consensus/pool.h"

namespace starling {

// d values in a pooled, 64-byte aligned buffer, readable and writable as an Eigen vector.
//
// Copying takes a pooled buffer; moving and assigning an rvalue swap pointers and copy nothing.
// Assigning an expression writes the values in place and must match in size.
template <class Real>
class Vector : public Eigen::Map<Eigen::Matrix<Real, Eigen::Dynamic, 1>, Eigen::Aligned64> {
 public:
  using Base = Eigen::Map<Eigen::Matrix<Real, Eigen::Dynamic, 1>, Eigen::Aligned64>;

  Vector() : Base(nullptr, 0) {}
  // size values, unspecified.
  Vector(Pool& pool, Eigen::Index size) : Base(nullptr, 0) { take(pool, size); }
  Vector(const Vector& other) : Base(nullptr, 0) {
    if (other.buffer_) {
      take(*other.buffer_.pool(), other.size());
      std::copy_n(other.data(), other.size(), this->data());
    }
  }
  Vector(Vector&& other) noexcept : Base(nullptr, 0) { swap(other); }
  Vector& operator=(const Vector& other) {
    if (this == &other) return *this;
    if (this->size() != other.size()) {
      Vector copy(other);
      swap(copy);
    } else {
      std::copy_n(other.data(), other.size(), this->data());
    }
    return *this;
  }
  Vector& operator=(Vector&& other) noexcept {
    swap(other);
    return *this;
  }
  template <class Expression>
  Vector& operator=(const Eigen::MatrixBase<Expression>& expression) {
    eigen_assert(expression.size() == this->size());
    Base::operator=(expression);
    return *this;
  }

  void swap(Vector& other) noexcept {
    Buffer mine = std::move(buffer_);
    Real* data = this->data();
    const Eigen::Index size = this->size();
    seat(std::move(other.buffer_), other.data(), other.size());
    other.seat(std::move(mine), data, size);
  }
  const Buffer& buffer() const { return buffer_; }

 private:
  void take(Pool& pool, Eigen::Index size) {
    Buffer buffer = pool.take(static_cast<std::size_t>(size) * sizeof(Real));
    auto* data = reinterpret_cast<Real*>(buffer.data());
    seat(std::move(buffer), data, size);
  }
  void seat(Buffer buffer, Real* data, Eigen::Index size) {
    buffer_ = std::move(buffer);
    new (static_cast<Base*>(this)) Base(data, size);
  }
  Buffer buffer_;
};

// sum_k a_k b_k in double: eight partial sums in fixed order, so the same bits at every vector
// width.
template <class Real>
double dot(const Real* a, const Real* b, std::size_t size) {
  constexpr std::size_t kLanes = 8;
  double sum[kLanes] = {};
  std::size_t k = 0;
  for (; k + kLanes <= size; k += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sum[lane] += static_cast<double>(a[k + lane]) * static_cast<double>(b[k + lane]);
  for (std::size_t lane = 0; k < size; ++k, ++lane)
    sum[lane] += static_cast<double>(a[k]) * static_cast<double>(b[k]);
  return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

}  // namespace starling
