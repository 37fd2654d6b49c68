#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>

#include "consensus/aggregators/aggregator.h"
#include "consensus/aggregators/distance.h"
#include "consensus/kernels/mix.h"

namespace starling {

// The rules of the registry, one file each, and what several of them need.
template <class Real>
void coordinate_median(const Heard<Real>&, AggregatorWork<Real>&, Real* out, std::span<Verdict>);
template <class Real>
void trimmed_mean(const Heard<Real>&, AggregatorWork<Real>&, Real* out, std::span<Verdict>);
template <class Real>
void geometric_median(const Heard<Real>&, AggregatorWork<Real>&, Real* out, std::span<Verdict>);
template <class Real>
void krum(const Heard<Real>&, AggregatorWork<Real>&, Real* out, std::span<Verdict>);
template <class Real>
void centered_clipping(const Heard<Real>&, AggregatorWork<Real>&, Real* out, std::span<Verdict>);
template <class Real>
void ubar(const Heard<Real>&, AggregatorWork<Real>&, Real* out, std::span<Verdict>);

// work.distances: |x_j - own| of each neighbor; work.order: the neighbors from the nearest to the
// farthest, of equal distances the lower NodeId first.
template <class Real>
void order_by_distance(const Heard<Real>& heard, AggregatorWork<Real>& work) {
  work.distances.clear();
  for (const Real* x : heard.neighbors)
    work.distances.push_back(std::sqrt(squared_distance(x, heard.own, heard.size)));
  work.order.resize(heard.neighbors.size());
  std::iota(work.order.begin(), work.order.end(), std::size_t{0});
  std::sort(work.order.begin(), work.order.end(), [&](std::size_t a, std::size_t b) {
    return work.distances[a] != work.distances[b] ? work.distances[a] < work.distances[b] : a < b;
  });
}

// out = own + sum_j weights[j] (x_j - own), the kernel of plain gossip.
template <class Real>
void weigh(const Heard<Real>& heard, std::span<const Real* const> x, std::span<const Real> weights,
           Real* out) {
  mix_kernel<Real>()(heard.own, nullptr, x.data(), weights.data(), x.size(), Real(0), heard.size,
                     out);
}

}  // namespace starling
