#include "consensus/aggregators/rules.h"

namespace starling {

// Near first, then good: of the m - b nearest neighbors those whose vector loses no more on the own
// data than the own one does, else the best of them.
//
//   out = (own + mean of the kept) / 2
//
// Withstands  b liars, where the honest majority is near in distance.
// Cost        m distances, up to m - b + 1 losses.
// Source      Guo, Zhang, Yu, Xie, Ma, Xiang & Liu, IEEE TCSVT 2021. Departure: the loss is that of
//             all own samples, and the gradient step is the algorithm's.
template <class Real>
void ubar(const Heard<Real>& heard, AggregatorWork<Real>& work, Real* out,
          std::span<Verdict> verdicts) {
  order_by_distance(heard, work);
  const std::size_t m = heard.neighbors.size(), near = m - std::min(heard.tolerated, m);
  for (Verdict& verdict : verdicts) verdict.dropped = true;
  work.chosen.clear();
  const double own = (*heard.loss)(heard.own);
  double least = 0;
  std::size_t best = m;
  work.kept.clear();
  for (std::size_t at = 0; at < near; ++at) {
    const std::size_t j = work.order[at];
    const double loss = (*heard.loss)(heard.neighbors[j]);
    if (best == m || loss < least || std::isnan(least)) {
      best = j;
      least = loss;
    }
    if (loss <= own) work.kept.push_back(j);
  }
  if (work.kept.empty() && best < m) work.kept.push_back(best);
  std::sort(work.kept.begin(), work.kept.end());
  for (const std::size_t j : work.kept) {
    verdicts[j].dropped = false;
    work.chosen.push_back(heard.neighbors[j]);
  }
  work.scaled.assign(work.kept.size(),
                     static_cast<Real>(0.5 / static_cast<double>(work.kept.size())));
  weigh<Real>(heard, work.chosen, work.scaled, out);
}

template void ubar(const Heard<float>&, AggregatorWork<float>&, float*, std::span<Verdict>);
template void ubar(const Heard<double>&, AggregatorWork<double>&, double*, std::span<Verdict>);

}  // namespace starling
