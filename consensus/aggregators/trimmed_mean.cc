#include "consensus/aggregators/rules.h"

namespace starling {

// Per coordinate the b largest and the b smallest of the neighbors' values go; the mean of the rest
// and the own value stays.
//
//   out_k = own_k + sum_{j kept} (x_jk - own_k) / (m - 2 b + 1)
//
// Withstands  b liars among m >= 2 b + 1 neighbors. b = 0: the plain mean.
// Cost        m values sorted per coordinate.
// Source      BRIDGE-T: Fang, Yang & Bajwa, IEEE TSIPN 2022. Departure: none.
template <class Real>
void trimmed_mean(const Heard<Real>& heard, AggregatorWork<Real>& work, Real* out,
                  std::span<Verdict> verdicts) {
  const std::size_t m = heard.neighbors.size(), b = heard.tolerated;
  const double share = 1 / static_cast<double>(m - 2 * b + 1);
  auto& order = work.order;
  order.resize(m);
  for (std::size_t k = 0; k < heard.size; ++k) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t c) {
      const Real left = heard.neighbors[a][k], right = heard.neighbors[c][k];
      return left != right ? left < right : a < c;
    });
    const double own = heard.own[k];
    double sum = 0;  // in the order of the values: equal bits however the neighbors are numbered
    for (std::size_t at = 0; at < m; ++at) {
      if (at < b || at >= m - b)
        ++verdicts[order[at]].trimmed_coordinates;
      else
        sum += static_cast<double>(heard.neighbors[order[at]][k]) - own;
    }
    out[k] = static_cast<Real>(own + share * sum);
  }
}

template void trimmed_mean(const Heard<float>&, AggregatorWork<float>&, float*, std::span<Verdict>);
template void trimmed_mean(const Heard<double>&, AggregatorWork<double>&, double*,
                           std::span<Verdict>);

}  // namespace starling
