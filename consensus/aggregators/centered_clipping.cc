#include <limits>

#include "consensus/aggregators/rules.h"

namespace starling {

namespace {

// From the distances, sorted: tau^2 = sum_{kept} w_ij |x_j - x_i|^2 / sum_{dropped} w_ij, the b
// farthest neighbors dropped. It needs nobody's word for who lies.
template <class Real>
double adaptive_radius(const Heard<Real>& heard, const AggregatorWork<Real>& work) {
  double kept = 0, dropped = 0;
  const std::size_t m = work.order.size();
  for (std::size_t at = 0; at < m; ++at) {
    const std::size_t j = work.order[at];
    if (at + heard.tolerated < m)
      kept += heard.weights[j] * work.distances[j] * work.distances[j];
    else
      dropped += heard.weights[j];
  }
  return dropped > 0 ? std::sqrt(kept / dropped) : std::numeric_limits<double>::infinity();
}

}  // namespace

// Plain gossip, but nobody draws further than tau (ClippedGossip).
//
//   out = own + sum_j w_ij min(1, tau / |x_j - own|) (x_j - own)
//
// tau given (shared.mixing.radius), or from the distances in every step. tau = infinity: plain
// gossip, bit for bit.
//
// Withstands  liars whose weights sum to O(gap^2); error O(sum zeta^2 / gap^2).
// Requires    W symmetric, no weight negative.
// Cost        one pass for the distances, one mix.
// Source      He, Karimireddy & Jaggi, arXiv 2202.01545 (2022). Departure: none.
template <class Real>
void centered_clipping(const Heard<Real>& heard, AggregatorWork<Real>& work, Real* out,
                       std::span<Verdict> verdicts) {
  order_by_distance(heard, work);
  const double tau = heard.radius > 0 ? heard.radius : adaptive_radius(heard, work);
  work.scaled.clear();
  for (std::size_t j = 0; j < heard.neighbors.size(); ++j) {
    verdicts[j].clipped = work.distances[j] > tau;
    const double scale = verdicts[j].clipped ? tau / work.distances[j] : 1;
    work.scaled.push_back(static_cast<Real>(heard.weights[j] * scale));
  }
  weigh<Real>(heard, heard.neighbors, work.scaled, out);
}

template void centered_clipping(const Heard<float>&, AggregatorWork<float>&, float*,
                                std::span<Verdict>);
template void centered_clipping(const Heard<double>&, AggregatorWork<double>&, double*,
                                std::span<Verdict>);

}  // namespace starling
