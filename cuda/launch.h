#pragma once

// The two shapes every kernel has: a body for each index, and a body for each warp of 32 lanes that
// sums together. Compiled by nvcc they are kernels on a stream; compiled as plain C++ the same
// bodies run in loops, with the sums in the same order, so that tests need no GPU. C++17.

#include <cstddef>
#include <cstdint>
#include <functional>

#include "consensus/optimizers/update.h"
#include "cuda/device.h"

namespace starling::cuda {

constexpr std::size_t kLanes = 32;

// The sum of term(k) over [begin, end), the same bits on all lanes: lane l adds up its
// k = begin + l, begin + l + 32, ...; then lanes 16, 8, 4, 2, 1 apart are joined.
struct Warp {
  template <class Term>
  STARLING_HOST_DEVICE auto sum(std::size_t begin, std::size_t end, Term term) const {
    return join(
        begin, end, term, [](auto a, auto b) { return a + b; }, decltype(term(begin))(0));
  }
  // The largest; `least` where there is none.
  template <class Real, class Term>
  STARLING_HOST_DEVICE Real most(std::size_t begin, std::size_t end, Real least, Term term) const {
    return join(
        begin, end, term, [](Real a, Real b) { return a > b ? a : b; }, least);
  }
  // body(k) for each k, shared out over the lanes: after all of them have read what it writes, and
  // before any reads what it has written.
  template <class Body>
  STARLING_HOST_DEVICE void each(std::size_t begin, std::size_t end, Body body) const {
#ifdef __CUDA_ARCH__
    __syncwarp();
    for (std::size_t k = begin + threadIdx.x % kLanes; k < end; k += kLanes) body(k);
    __syncwarp();
#else
    for (std::size_t k = begin; k < end; ++k) body(k);
#endif
  }
  // Whether this lane writes what all of them have.
  STARLING_HOST_DEVICE bool leads() const {
#ifdef __CUDA_ARCH__
    return threadIdx.x % kLanes == 0;
#else
    return true;
#endif
  }

 private:
  template <class Value, class Term, class Join>
  STARLING_HOST_DEVICE static Value join(std::size_t begin, std::size_t end, Term term, Join join,
                                         Value start) {
#ifdef __CUDA_ARCH__
    Value own = start;
    for (std::size_t k = begin + threadIdx.x % kLanes; k < end; k += kLanes)
      own = join(own, term(k));
    for (int apart = kLanes / 2; apart > 0; apart /= 2)
      own = join(own, __shfl_xor_sync(0xffffffffu, own, apart));
    return own;
#else
    Value lane[kLanes];
    for (Value& value : lane) value = start;
    for (std::size_t k = begin; k < end; ++k) {
      Value& value = lane[(k - begin) % kLanes];
      value = join(value, term(k));
    }
    for (std::size_t apart = kLanes / 2; apart > 0; apart /= 2)
      for (std::size_t l = 0; l < apart; ++l) lane[l] = join(lane[l], lane[l + apart]);
    return lane[0];
#endif
  }
};

#ifdef __CUDACC__

constexpr unsigned kThreads = 256;

template <class Body>
__global__ void index_kernel(std::size_t size, Body body) {
  const std::size_t stride = std::size_t{gridDim.x} * blockDim.x;
  for (std::size_t k = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; k < size; k += stride)
    body(k);
}

template <class Body>
__global__ void warp_kernel(std::size_t size, Body body) {
  const std::size_t stride = std::size_t{gridDim.x} * (blockDim.x / kLanes);
  std::size_t k = std::size_t{blockIdx.x} * (blockDim.x / kLanes) + threadIdx.x / kLanes;
  for (; k < size; k += stride) body(k, Warp());
}

inline unsigned blocks_for(std::size_t threads) {
  const std::size_t blocks = (threads + kThreads - 1) / kThreads;
  return static_cast<unsigned>(blocks < (1u << 30) ? blocks : (1u << 30));
}

template <class Body>
void for_each_index(Stream stream, std::size_t size, Body body) {
  if (size == 0) return;
  index_kernel<<<blocks_for(size), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(size, body);
  check(cudaGetLastError(), "a kernel's launch");
}

template <class Body>
void for_each_warp(Stream stream, std::size_t size, Body body) {
  if (size == 0) return;
  warp_kernel<<<blocks_for(size * kLanes), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(size,
                                                                                             body);
  check(cudaGetLastError(), "a kernel's launch");
}

#else

// At once, or kept while the stream is recorded: what stands for the device defines it.
void queue_on_host(Stream stream, std::function<void()> work);

template <class Body>
void for_each_index(Stream stream, std::size_t size, Body body) {
  queue_on_host(stream, [=] {
    for (std::size_t k = 0; k < size; ++k) body(k);
  });
}

template <class Body>
void for_each_warp(Stream stream, std::size_t size, Body body) {
  queue_on_host(stream, [=] {
    for (std::size_t k = 0; k < size; ++k) body(k, Warp());
  });
}

#endif

}  // namespace starling::cuda
