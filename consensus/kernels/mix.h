#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace starling {

// One gossip step of one node on `count` coordinates, in a fixed order.
//
//   acc = w_1 (x_1 - own);  acc += w_j (x_j - own)  for j = 2 .. degree, neighbors in ascending
//   NodeId plain       (previous null)   out = own + acc chebyshev                     out =
//   previous + omega ((own - previous) + acc)          (catalogue B.1)
//
// One product and one sum at a time, so every target and vector width gives the same bits, and
// consensus is an exact fixed point. No std::fma: without FMA in the target it is a library call.
//
// Shapes    own, previous, out, neighbors[j]: count values, any alignment; weights: degree.
// Requires  out may be previous; it overlaps nothing else.
// Cost      reads (degree + 1 or 2) count values, writes count: memory bound.
template <class Real>
using MixKernel = void (*)(const Real* own, const Real* previous, const Real* const* neighbors,
                           const Real* weights, std::size_t degree, Real omega, std::size_t count,
                           Real* out);

// out += excess own: what is left of W's row where it does not sum to one (gossip.h).
template <class Real>
void add_excess(Real excess, const Real* own, std::size_t count, Real* out) {
  if (excess == 0) return;
  for (std::size_t k = 0; k < count; ++k) out[k] += excess * own[k];
}

// The fastest variant this processor runs; chosen once.
template <class Real>
MixKernel<Real> mix_kernel();

// All variants this processor runs, for the test that they give the same bits, and the benchmark.
template <class Real>
struct NamedMixKernel {
  std::string_view name;
  MixKernel<Real> kernel;
};
template <class Real>
std::span<const NamedMixKernel<Real>> mix_kernels();

}  // namespace starling
